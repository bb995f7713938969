import { expect, it } from 'vitest';
import { type Alert, alertText, debuggerParams, failureAlert, levelOf, withoutContent } from './alert.ts';

const ALERT: Alert = {
  sid: `NO${'1'.repeat(32)}`,
  accountSid: `AC${'2'.repeat(32)}`,
  code: 11200,
  level: 'error',
  resourceSid: `SM${'3'.repeat(32)}`,
  serviceSid: null,
  text: 'answered 502',
  request: { method: 'POST', url: 'https://app.example/sms?a=b&c', parameters: [['To', '+12025550100']] },
  response: { status: 502, headers: { server: 'x' }, body: 'Bad Gateway' },
  at: Date.UTC(2026, 0, 31, 12),
};

it('the level is that of the dictionary', () => {
  expect([12200, 14101, 11200, 30007, 30018].map(levelOf)).toEqual(['warning', 'warning', 'error', 'error', 'warning']);
});

it('what an app’s TwiML does wrong is a warning, but that it answers without end is an error (sheet 3.4)', () => {
  const skipped = [14101, 14102, 14103, 14104, 14105, 14106, 14108, 14109, 14110, 14111];
  expect(skipped.map(levelOf)).toEqual(skipped.map(() => 'warning'));
  expect(levelOf(14107)).toBe('error');
});

it('a failure has the name of its code', () => {
  const failed = { accountSid: ALERT.accountSid, sid: 'SM1', errorCode: 30005, at: 1 };
  expect(failureAlert(failed)).toMatchObject({ code: 30005, resourceSid: 'SM1', request: null });
  expect(failureAlert(failed).text).toMatch(/unknown/i);
  expect(failureAlert({ ...failed, errorCode: 99_999 }).text).toBe('Error 99999');
});

it('what people wrote, and where they are, is never repeated', () => {
  const said = ['Body', 'MediaUrl0', 'MediaUrl11', 'ButtonText', 'Latitude', 'Address', 'ReferralBody', 'ProfileName'];
  const kept = ['From', 'To', 'MessageSid', 'NumMedia', 'MediaContentType0', 'SmsStatus'];
  const params = [...said, ...kept].map((name): [string, string] => [name, 'x']);
  expect(withoutContent(params).filter(([, value]) => value === 'x')).toEqual(kept.map((name) => [name, 'x']));
  expect(withoutContent(params)).toHaveLength(params.length);
});

it('the text is a query that reads back', () => {
  expect([...new URLSearchParams(alertText(ALERT))]).toEqual([
    ['Msg', 'answered 502'],
    ['httpResponse', '502'],
    ['ErrorCode', '11200'],
    ['LogLevel', 'ERROR'],
    ['url', 'https://app.example/sms?a=b&c'],
  ]);
});

it('the debugger is told of the parent only by subaccounts', () => {
  const names = (parent: string | null) => debuggerParams(ALERT, parent).map(([name]) => name);
  expect(names(null)).toEqual(['AccountSid', 'Sid', 'Timestamp', 'Level', 'PayloadType', 'Payload']);
  expect(names('AC1')[1]).toBe('ParentAccountSid');
  const told = Object.fromEntries(debuggerParams({ ...ALERT, response: null }, null));
  expect(told).toMatchObject({ Timestamp: '2026-01-31T12:00:00Z', Level: 'ERROR' });
  expect(JSON.parse(told.Payload ?? '')).toMatchObject({
    error_code: '11200',
    webhook: { request: { parameters: { To: '+12025550100' } }, response: { status_code: null } },
  });
  expect(
    JSON.parse(Object.fromEntries(debuggerParams({ ...ALERT, request: null }, null)).Payload ?? '').webhook,
  ).toBeNull();
});
