/** What the seed documents show of answers, whatever the values. */
import { expect } from 'vitest';
import type { Answer, Client } from './client.ts';

export const MESSAGE_KEYS = [
  'account_sid',
  'api_version',
  'body',
  'date_created',
  'date_sent',
  'date_updated',
  'direction',
  'error_code',
  'error_message',
  'from',
  'messaging_service_sid',
  'num_media',
  'num_segments',
  'price',
  'price_unit',
  'sid',
  'status',
  'subresource_uris',
  'tags',
  'to',
  'uri',
];
export const LIST_KEYS = [
  'end',
  'first_page_uri',
  'messages',
  'next_page_uri',
  'page',
  'page_size',
  'previous_page_uri',
  'start',
  'uri',
];
export const RFC_2822 = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/;

/** Holds that `answer` is a message as every sample of the documents is, with the values of `shown`. */
export function expectMessage(raw: Client, { status, json }: Answer, httpStatus: number, shown: object): void {
  expect(status).toBe(httpStatus);
  expect(Object.keys(json).sort()).toEqual(MESSAGE_KEYS);
  const path = `${raw.base}/Messages/${json.sid}`;
  expect(json).toMatchObject({
    account_sid: raw.account.sid,
    api_version: '2010-04-01',
    date_created: expect.stringMatching(RFC_2822),
    date_updated: expect.stringMatching(RFC_2822),
    messaging_service_sid: expect.stringMatching(/^MG[0-9a-f]{32}$/),
    price_unit: 'USD',
    sid: expect.stringMatching(/^(SM|MM)[0-9a-f]{32}$/),
    subresource_uris: { media: `${path}/Media.json` },
    tags: expect.any(Object),
    uri: `${path}.json`,
    ...shown,
  });
}
