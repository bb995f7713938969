import { expect, test } from 'vitest';
import { parseCallbackUrl } from '../domain/callback-url.ts';
import type { Status } from '../domain/message.ts';
import { failure } from '../net/failure.ts';
import type { OutgoingResult } from '../net/outgoing.ts';
import type { CallbackWork } from '../store/callback-shapes.ts';
import { callbackParams, decide, encodeForm } from './callback-plan.ts';

const NOW = 1_000_000_000;
const DAY = 24 * 3_600_000;

function work(payload: Partial<CallbackWork['payload']> = {}): CallbackWork {
  return {
    workId: 1,
    attempt: 1,
    messageSid: `SM${'1'.repeat(32)}`,
    accountSid: `AC${'2'.repeat(32)}`,
    payload: {
      url: 'http://a.example/',
      status: 'delivered',
      from: '+12025550100',
      to: '+12025550101',
      serviceSid: null,
      errorCode: null,
      doneDate: null,
      at: NOW,
      ...payload,
    },
  };
}

function rules(fragment: string) {
  const parsed = parseCallbackUrl(`http://a.example/#${fragment}`);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.rules;
}

function answered(status: number, partial = false): OutgoingResult {
  return { kind: 'answer', status, headers: {}, setCookies: [], url: '', body: '', partial, ms: 5 };
}

function after(result: OutgoingResult | null, fragment = '', more: Partial<Parameters<typeof decide>[0]> = {}) {
  return decide({
    result,
    attempt: 1,
    rules: rules(fragment),
    eventAt: NOW,
    now: NOW,
    spentMs: 0,
    giveUpAfterMs: DAY,
    jitter: 0.5,
    ...more,
  });
}

test('a delivered message says so in the order of the original', () => {
  const params = callbackParams(work({ doneDate: '2601010000', serviceSid: 'MG1' }));
  expect(params.map(([name]) => name)).toEqual([
    'RawDlrDoneDate',
    'SmsSid',
    'SmsStatus',
    'MessageStatus',
    'To',
    'MessagingServiceSid',
    'MessageSid',
    'AccountSid',
    'From',
    'ApiVersion',
  ]);
});

test('From is absent while there is no sender', () => {
  expect(callbackParams(work({ from: null })).map(([name]) => name)).not.toContain('From');
});

test.each<[Status, boolean]>([
  ['failed', true],
  ['undelivered', true],
  ['sent', false],
])('%s carries its error: %s', (status, shown) => {
  const params = Object.fromEntries(callbackParams(work({ status, errorCode: 30003 })));
  expect(params.ErrorCode).toBe(shown ? '30003' : undefined);
  expect(typeof params.ErrorMessage).toBe(shown ? 'string' : 'undefined');
});

test.each([
  ['sent', ['ChannelPrefix', 'ChannelInstallSid', 'ChannelToAddress', 'StructuredMessage']],
  ['delivered', ['ChannelPrefix', 'ChannelInstallSid', 'ChannelToAddress', 'EventType']],
  ['read', ['ChannelPrefix', 'ChannelInstallSid', 'ChannelToAddress', 'EventType']],
  ['canceled', ['ChannelPrefix', 'ChannelInstallSid', 'ChannelToAddress']],
] as [Status, string[]][])('of WhatsApp a %s says %j beside the rest, and no carrier’s time', (status, more) => {
  const params = callbackParams(work({ status, to: 'whatsapp:+12025550101', doneDate: '2601010000' }), 'XE1');
  expect(params.map(([name]) => name).slice(-more.length)).toEqual(more);
  expect(params.map(([name]) => name)).not.toContain('RawDlrDoneDate');
  expect(Object.fromEntries(params).ChannelToAddress).toBe('+1202555XXXX');
});

test('a template makes a structured message, and only WhatsApp has such', () => {
  const of = (to: string) => Object.fromEntries(callbackParams(work({ status: 'sent', isTemplate: true, to })));
  expect(of('whatsapp:+12025550101').StructuredMessage).toBe('true');
  expect(of('messenger:123456').StructuredMessage).toBeUndefined();
});

test('a sender of a channel makes it one, and an unknown sender is not named', () => {
  const params = Object.fromEntries(callbackParams(work({ from: 'rcs:acme' })));
  expect(params).toMatchObject({ ChannelPrefix: 'rcs', ChannelToAddress: '+1202555XXXX' });
  expect(params.ChannelInstallSid).toBeUndefined();
});

test('a channel is named', () => {
  expect(Object.fromEntries(callbackParams(work({ to: 'whatsapp:+12025550101' }))).ChannelPrefix).toBe('whatsapp');
});

test('the form survives plus signs, spaces, umlauts and lone surrogates', () => {
  const text = encodeForm([
    ['To', '+1 2&=ü'],
    ['X', '\ud800'],
  ]);
  expect([...new URLSearchParams(text)]).toEqual([
    ['To', '+1 2&=ü'],
    ['X', '\ufffd'],
  ]);
});

test.each([200, 201, 204, 299])('%i is done', (status) => {
  expect(after(answered(status))).toEqual({ decision: 'done' });
  expect(after(answered(status, true), 'rc=5&rp=all')).toEqual({ decision: 'done' });
});

test.each([429, 500, 503, 599])('%i is retried after about a second', (status) => {
  expect(after(answered(status))).toEqual({ decision: 'retry', retryAt: NOW + 1000 });
});

test.each([304, 400, 401, 404, 410])('%i is final', (status) => {
  expect(after(answered(status))).toEqual({ decision: 'gave_up' });
});

test.each(['dns', 'refused', 'connect-timeout', 'tls', 'read-timeout', 'total-timeout', 'reset'] as const)(
  '%s is retried',
  (reason) => {
    expect(after(failure(reason, ''))).toMatchObject({ decision: 'retry' });
  },
);

test.each(['denied', 'redirect', 'protocol', 'too-large'] as const)('%s is final, under either rule', (reason) => {
  expect(after(failure(reason, ''))).toEqual({ decision: 'gave_up' });
  expect(after(failure(reason, ''), 'rc=5&rp=all')).toEqual({ decision: 'gave_up' });
});

test('pauses grow and the retry that would come after 24 hours is given up', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => after(answered(500), '', { attempt }));
  expect(pauses.map((each) => ('retryAt' in each ? (each.retryAt - NOW) / 1000 : null))).toEqual([
    1, 5, 15, 60, 300, 900, 3600, 3600,
  ]);
  const late = { attempt: 30, now: NOW + DAY - 3_600_000 };
  expect(after(answered(500), '', late)).toMatchObject({ decision: 'retry' });
  expect(after(answered(500), '', { ...late, now: late.now + 1 })).toEqual({ decision: 'gave_up' });
});

test('what could not be signed is tried again', () => {
  expect(after(null)).toMatchObject({ decision: 'retry' });
});

test.each([
  ['rc=2', failure('refused', ''), 1, true],
  ['rc=2', failure('refused', ''), 2, true],
  ['rc=2', failure('refused', ''), 3, false],
  ['rc=0', failure('refused', ''), 1, false],
  ['rc=2', failure('read-timeout', ''), 1, false],
  ['rc=2', answered(500), 1, false],
  ['rp=5xx', answered(500), 1, true],
  ['rp=5xx', answered(500), 2, false],
  ['rp=4xx', answered(404), 1, true],
  ['rp=rt', failure('reset', ''), 1, true],
  ['rp=5xx', answered(500, true), 1, false],
])('with #%s the original rule alone decides (%#)', (fragment, result, attempt, again) => {
  const expected = again ? { decision: 'retry', retryAt: NOW } : { decision: 'gave_up' };
  expect(after(result, fragment, { attempt })).toEqual(expected);
});

test('the total budget ends the original retries', () => {
  expect(after(answered(500), 'rp=all&rc=5&tt=1000', { spentMs: 999 })).toMatchObject({ decision: 'retry' });
  expect(after(answered(500), 'rp=all&rc=5&tt=1000', { spentMs: 1000 })).toEqual({ decision: 'gave_up' });
});
