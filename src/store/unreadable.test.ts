import { expect, it } from 'vitest';
import { noticeFrom, replyPayloadFrom } from './inbound-rows.ts';
import { fetchPayloadFrom } from './media-rows.ts';
import { callbackWorkFrom } from './rows.ts';

const DAMAGED = '{"url":"https://app.exa';

it('a payload that cannot be read breaks no claim: its room finds nothing in it that it could do', () => {
  expect(callbackWorkFrom([1, 2, 'SM1', 'AC1', DAMAGED])).toMatchObject({
    workId: 1,
    attempt: 2,
    payload: { url: '' },
  });
  expect(replyPayloadFrom(DAMAGED)).toEqual({ rest: [] });
  expect(fetchPayloadFrom(DAMAGED)).toEqual({ urls: null, send: null });
});

it('a confirmation that cannot be read has expired, and one of before is for everybody', () => {
  const sid = `SM${'0'.repeat(32)}`;
  const read = (payload: string) => noticeFrom(JSON.stringify(['AC1', sid, payload]));
  expect(read(DAMAGED).values).toContain(0);
  expect(read(DAMAGED).values).not.toContain(Number.MAX_SAFE_INTEGER);
  const before = read(JSON.stringify({ from: '+12025550100', to: '+12025550101', text: 'Bye' }));
  expect(before.evenIfOptedOut).toBe(true);
  expect(before.values).toEqual(expect.arrayContaining([sid, 'AC1', '+12025550100', '+12025550101', 'Bye']));
});
