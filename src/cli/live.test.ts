import { expect, it } from 'vitest';
import type { PidgeEvent } from '../domain/events.ts';
import type { Status } from '../domain/message.ts';
import { liveLines } from './live.ts';
import { clockTime } from './terminal.ts';

const SID = 'SM6f1c00000000000000000000000000a210';
const accepted = (body: string): PidgeEvent => ({
  type: 'message.accepted',
  at: 0,
  sid: SID,
  accountSid: 'AC',
  from: '+12025550100',
  to: '+12025550101',
  body,
  segments: 1,
  encoding: 'GSM-7',
  direction: 'outbound-api',
  status: 'queued',
  serviceSid: null,
  media: 0,
});
const status = (name: Status, at: number): PidgeEvent => ({
  type: 'message.status',
  at,
  sid: SID,
  accountSid: 'AC',
  status: name,
  createdAt: 0,
});

function shown(...events: PidgeEvent[]): string[] {
  const lines: string[] = [];
  const observe = liveLines(
    (line) => lines.push(line),
    (_style, text) => text,
  );
  for (const event of events) observe(event);
  return lines;
}

it('a message has a line when it comes and one for its whole walk', () => {
  const at = clockTime(0);
  expect(shown(accepted('Your code is 482913'), status('sent', 100), status('delivered', 590))).toEqual([
    `${at}  → 201    SM6f1c…a210  +12025550100 → +12025550101  "Your code is 482913"  1 seg GSM-7`,
    `${clockTime(590)}    SM6f1c…a210  queued → sending → sent → delivered  0.59 s`,
  ]);
});

it('a callback shows its answer, and when it is tried again', () => {
  const attempt = {
    type: 'callback.attempt',
    at: 0,
    sid: SID,
    accountSid: 'AC',
    status: 'delivered',
    url: 'http://localhost:3000/sms/status',
    ms: 6.2,
    attempt: 1,
  } as const;
  expect(shown({ ...attempt, httpStatus: 204, decision: 'done' })).toEqual([
    `${clockTime(0)}  ← callback delivered  POST http://localhost:3000/sms/status  204  6 ms`,
  ]);
  expect(shown({ ...attempt, httpStatus: null, decision: 'retry', retryAt: 1000, errorCode: 11200 })[0]).toMatch(
    /error 11200 {2}6 ms {2}again in 1 s/,
  );
});

it('a question that is asked again by hand is no callback, and is not given up', () => {
  const asked = { type: 'callback.attempt', at: 0, sid: SID, accountSid: 'AC', attempt: 1, ms: 6 } as const;
  const question = { ...asked, status: 'receiving', url: 'http://localhost:3000/sms' } as const;
  expect(
    shown(
      { ...question, httpStatus: 200, decision: 'done' },
      { ...question, httpStatus: 503, decision: 'gave_up', errorCode: 11200 },
    ),
  ).toEqual([
    `${clockTime(0)}  ← webhook asked again  http://localhost:3000/sms  200  6 ms`,
    `${clockTime(0)}  ← webhook asked again  http://localhost:3000/sms  503  6 ms`,
  ]);
});

it('the usual lines fit a hundred columns, however long texts and addresses are', () => {
  const at = new Date(2026, 1, 1, 23, 59, 59, 999).getTime();
  const attempt = { type: 'callback.attempt', sid: SID, accountSid: 'AC', attempt: 9, ms: 15_000 } as const;
  const url = 'https://hooks.shop.example.com/messaging/status?tenant=17';
  const lines = shown(
    { ...(accepted('x'.repeat(160)) as PidgeEvent & { type: 'message.accepted' }), at, segments: 10 },
    { ...(accepted('Of a service') as PidgeEvent & { type: 'message.accepted' }), at, from: null },
    ...(['queued', 'sent'] as const).map((name) => status(name, at)),
    { ...(status('undelivered', at) as PidgeEvent & { type: 'message.status' }), errorCode: 30003 },
    { ...attempt, at, url, status: 'undelivered', httpStatus: 503, decision: 'retry', retryAt: at + 900_000 },
    { ...attempt, at, url, status: 'undelivered', httpStatus: null, decision: 'gave_up', errorCode: 11200 },
  );
  expect(lines.length).toBe(5);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
});

it('text of others cannot steer the terminal', () => {
  expect(shown(accepted('\u001b[2J\n\u202e'))[0]).toContain('"\\u001b[2J\\n\\u202e"');
});

it('good answers stay silent, refusals name the code', () => {
  const request = { type: 'request', method: 'GET', path: '/x', ms: 1, requestId: 'r' } as const;
  expect(shown({ ...request, status: 200 })).toEqual([]);
  expect(shown({ ...request, status: 404, errorCode: 20404 })[0]).toContain('pidge explain 20404');
  const path = `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;
  expect(shown({ ...request, path, status: 400, errorCode: 21211 })[0]?.trim()).toBe(
    '→ GET Messages.json  400  21211  pidge explain 21211',
  );
});

it('a message that comes in reads from the phone to the reply', () => {
  const came = { at: 0, sid: SID, accountSid: 'AC', from: '+13125550142', to: '+12025550100' };
  const reply: PidgeEvent = {
    ...(accepted('Hi there') as PidgeEvent & { type: 'message.accepted' }),
    sid: SID.replace('6f1c', '7a2b'),
    at: 40,
    to: '+13125550142',
    direction: 'outbound-reply',
  };
  const asked = { at: 10, sid: SID, accountSid: 'AC', documentNumber: 1, method: 'POST', ms: 12, replies: 1 } as const;
  const webhook = { ...asked, type: 'reply.document', url: 'http://me:pw@localhost:3000/sms?key=1' } as const;
  expect(
    shown(
      {
        ...came,
        type: 'inbound.received',
        body: 'Hello',
        segments: 1,
        media: 0,
        status: 'receiving',
        serviceSid: null,
      },
      { ...webhook, why: 'first', httpStatus: 200 },
      reply,
      { type: 'message.status', at: 50, sid: SID, accountSid: 'AC', status: 'received', createdAt: 0 },
    ),
  ).toEqual([
    `${clockTime(0)}  ← SM6f1c…a210  +13125550142 → +12025550100  "Hello"  1 seg`,
    `${clockTime(10)}    SM6f1c…a210  webhook POST http://localhost:3000/sms  200  12 ms  1 reply`,
    `${clockTime(40)}  → reply  SM7a2b…a210  +12025550100 → +13125550142  "Hi there"  1 seg GSM-7`,
    `${clockTime(50)}    SM6f1c…a210  receiving → received  0.05 s`,
  ]);
});

it('an answer that cannot be used is told with its code and its place', () => {
  const asked = { at: 0, sid: SID, accountSid: 'AC', documentNumber: 1, method: 'GET', ms: 3, replies: 0 } as const;
  const lines = shown(
    { ...asked, type: 'reply.document', why: 'fallback', url: 'http://localhost/f', httpStatus: 200, errorCode: 12100 },
    {
      type: 'alert',
      at: 0,
      accountSid: 'AC',
      resourceSid: SID,
      code: 12100,
      level: 'error',
      text: 'not well-formed (line 2, column 3)',
    },
  );
  expect(lines).toEqual([
    `${clockTime(0)}    SM6f1c…a210  fallback GET http://localhost/f  200  3 ms`,
    `${clockTime(0)}    SM6f1c…a210  error 12100  not well-formed (line 2, column 3)  pidge explain 12100`,
  ]);
});
