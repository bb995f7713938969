import { expect, it } from 'vitest';
import type { PidgeEvent } from '../domain/events.ts';
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
});
const status = (name: 'sent' | 'delivered', at: number): PidgeEvent => ({
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
    `${at}  → POST Messages  201  SM6f1c…a210  +12025550100 → +12025550101  "Your code is 482913"  1 seg GSM-7`,
    `${clockTime(590)}    SM6f1c…a210  queued → sending → sent → delivered  0.59 s`,
  ]);
});

it('a callback shows its answer, and when it is tried again', () => {
  const attempt = {
    type: 'callback.attempt',
    at: 0,
    sid: SID,
    status: 'delivered',
    url: 'http://localhost:3000/sms/status',
    ms: 6.2,
    attempt: 1,
  } as const;
  expect(shown({ ...attempt, httpStatus: 204, decision: 'done' })).toEqual([
    `${clockTime(0)}  ← callback delivered  POST http://localhost:3000/sms/status  204  6 ms`,
  ]);
  expect(shown({ ...attempt, httpStatus: null, decision: 'retry', retryAt: 1000, errorCode: 11200 })[0]).toMatch(
    /error 11200 {2}6 ms {2}again at/,
  );
});

it('text of others cannot steer the terminal', () => {
  expect(shown(accepted('\u001b[2Jgone\u202e\n'))[0]).toContain('"\\u001b[2Jgone\\u202e\\n"');
});

it('good answers stay silent, refusals name the code', () => {
  const request = { type: 'request', method: 'GET', path: '/x', ms: 1, requestId: 'r' } as const;
  expect(shown({ ...request, status: 200 })).toEqual([]);
  expect(shown({ ...request, status: 404, errorCode: 20404 })[0]).toContain('pidge explain 20404');
});
