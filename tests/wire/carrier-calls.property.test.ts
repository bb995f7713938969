/** Whatever a carrier's call holds, reading it ends with receipts, messages or nothing, and never throws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHttpCarrier } from '../../src/config-http-carrier.ts';
import { messagesOf, receiptsOf } from '../../src/connectors/http-carrier/hear.ts';
import { readBody } from '../../src/connectors/http-carrier/paths.ts';
import { PRESETS } from '../../src/connectors/http-carrier/presets.ts';
import { readNews } from '../../src/connectors/whatsapp/hear.ts';

const RUNS = { numRuns: process.env.PIDGE_TEST_LANE === 'full' ? 20_000 : 500 };
const odd = () => undefined;
const nothing = async () => new Uint8Array();

/** Values that are what is expected, nearly, or not at all. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('1', '', '\0', '\ud800', '__proto__', 1e308, { toString: 1, valueOf: 1 }, 'x'.repeat(3_000)),
);
const record = (names: string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });
const listed = (one: fc.Arbitrary<unknown>) => fc.oneof(fc.array(one, { maxLength: 3 }), value);

const TYPES = [
  'text',
  'image',
  'audio',
  'document',
  'location',
  'button',
  'interactive',
  'contacts',
  'reaction',
  'system',
];
const message = fc
  .tuple(
    fc.constantFrom(...TYPES),
    record(['id', 'from', 'from_user_id', 'timestamp', 'context', 'referral', 'contacts', 'group_id']),
    record([
      'body',
      'id',
      'mime_type',
      'caption',
      'latitude',
      'longitude',
      'text',
      'type',
      'button_reply',
      'list_reply',
    ]),
  )
  .map(([type, rest, own]) => ({ type, [type]: own, ...rest }));
const news = fc
  .record(
    {
      metadata: fc.oneof(fc.constant({ display_phone_number: '15550783881', phone_number_id: '1' }), value),
      contacts: listed(record(['profile', 'wa_id', 'user_id'])),
      messages: listed(message),
      statuses: listed(record(['id', 'status', 'timestamp', 'errors'])),
      errors: listed(record(['code'])),
    },
    { requiredKeys: [] },
  )
  .map((one) => ({ entry: [{ changes: [{ field: 'messages', value: one }] }] }));

describe('a webhook of WhatsApp', () => {
  it('is read whatever it holds', () => {
    const parts = { connector: 'meta', numbers: new Map([['1', '+15550783881']]), fetchMedia: nothing, odd };
    fc.assert(
      fc.property(fc.oneof(news, value), (body) => {
        for (const { from, to, carrierId, content } of readNews(body, parts).messages) {
          expect(`${from}${to}${carrierId}${JSON.stringify(content)}`).not.toMatch(
            /\0|[\ud800-\udfff](?![\udc00-\udfff])/,
          );
          expect(carrierId?.length).toBeLessThanOrEqual(255);
        }
      }),
      RUNS,
    );
  });
});

describe.each(Object.keys(PRESETS))('a call by the preset %s', (preset) => {
  const entry = { preset, username: 'u', password: 'p', check_secret: 's', number: '+12025550100', country_code: '1' };
  const { webhooks } = readHttpCarrier(entry, 'acme', []);
  const names = [
    'MessageSid',
    'MessageStatus',
    'ErrorCode',
    'From',
    'To',
    'Body',
    'MediaUrl0',
    'Latitude',
    'event',
    'id',
  ];
  const payload = record(['messageId', 'sender', 'phoneNumber', 'recipient', 'message']);

  it('is read whatever it holds', () => {
    const call = fc.tuple(record(names), payload).map(([rest, own]) => ({ ...rest, payload: own }));
    fc.assert(
      fc.property(fc.oneof(call, value), fc.string(), (body, text) => {
        for (const one of [body, readBody('application/x-www-form-urlencoded', text), readBody(undefined, text)]) {
          if (webhooks?.receipt) receiptsOf(one, webhooks.receipt, { connector: 'acme', odd });
          if (webhooks?.inbound) messagesOf(one, webhooks.inbound, { connector: 'acme', odd, fetch: nothing });
        }
      }),
      RUNS,
    );
  });
});
