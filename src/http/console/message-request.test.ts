import { expect, it } from 'vitest';
import type { Message } from '../../domain/message.ts';
import { lackingFor, rebuildRequest } from './message-request.ts';

const MESSAGE: Message = {
  ...{ sid: `SM${'1'.repeat(32)}`, accountSid: `AC${'2'.repeat(32)}`, serviceSid: null, from: '+12025550100' },
  ...{ to: '+12025550101', body: 'Hello', status: 'delivered', direction: 'outbound-api', numSegments: 1, numMedia: 0 },
  ...{ priceMicros: null, errorCode: null, createdAt: 0, updatedAt: 0, sentAt: 0, validUntil: 36_000_000 },
  ...{ callbackUrl: null, smartEncoded: false, provideFeedback: false, maxPriceMicros: null, tags: {}, options: {} },
  history: [{ at: 0, status: 'queued' }],
};
const rebuilt = (changes: Partial<Message>) => rebuildRequest({ ...MESSAGE, ...changes });
const parameters = (changes: Partial<Message>) => Object.fromEntries(rebuilt(changes).parameters);

it('what nobody wished is not said', () => {
  expect(rebuilt({})).toEqual({
    ...{
      method: 'POST',
      path: `/2010-04-01/Accounts/AC${'2'.repeat(32)}/Messages.json`,
      is_rebuilt: true,
      missing: [],
    },
    parameters: [
      ['To', '+12025550101'],
      ['From', '+12025550100'],
      ['Body', 'Hello'],
    ],
  });
});

it('wishes are said as they were', () => {
  const options = { asMms: true, actions: ['geo:1,2', 'geo:3,4'], hints: { Attempt: '2' } } as const;
  const made = rebuilt({
    ...{ validUntil: 60_000, smartEncoded: true, provideFeedback: true, maxPriceMicros: 500_000, tags: { a: 'b' } },
    ...{ callbackUrl: 'https://app.example/#rc=2', options: { ...options, actions: [...options.actions] } },
  });
  expect(made.parameters.slice(3)).toEqual([
    ['StatusCallback', 'https://app.example/#rc=2'],
    ['ValidityPeriod', '60'],
    ['SmartEncoded', 'true'],
    ['ProvideFeedback', 'true'],
    ['MaxPrice', '0.5'],
    ['Tags', '{"a":"b"}'],
    ['SendAsMms', 'true'],
    ['PersistentAction', 'geo:1,2'],
    ['PersistentAction', 'geo:3,4'],
    ['Attempt', '2'],
  ]);
});

it('a sender that a service has picked is not asked for again', () => {
  const serviceSid = `MG${'3'.repeat(32)}`;
  expect(parameters({ serviceSid, history: [{ at: 0, status: 'accepted' }] }).From).toBeUndefined();
  expect(parameters({ serviceSid }).From).toBe('+12025550100');
});

it('a template is named with its variables, its text is not', () => {
  const content = { sid: `HX${'4'.repeat(32)}`, variables: { 1: 'Ada' } };
  expect(parameters({ options: { content } })).toMatchObject({ ContentVariables: '{"1":"Ada"}' });
  expect(parameters({ options: { content } }).Body).toBeUndefined();
});

it('what is gone is named, and can be given anew', () => {
  const gone = rebuilt({ body: '', to: '+1202555XXXX', history: [{ at: 0, status: 'scheduled' }] });
  expect(gone.missing).toEqual(['Body', 'To', 'ScheduleType', 'SendAt']);
  expect(lackingFor(gone)).toEqual(['Body', 'To']);
  expect(lackingFor(gone, new Set(['Body', 'To']))).toEqual([]);
  expect(rebuilt({ numMedia: 1 }).missing).toEqual(['MediaUrl']);
});

it('the hour is known while it is waited for', () => {
  const waiting: Partial<Message> = { status: 'scheduled', history: [{ at: 0, status: 'scheduled' }] };
  expect(rebuilt(waiting).missing).toEqual(['ScheduleType', 'SendAt']);
  const whole = rebuildRequest({ ...MESSAGE, ...waiting }, Date.UTC(2026, 10, 23, 9, 30));
  expect(whole.missing).toEqual([]);
  expect(whole.parameters.slice(-2)).toEqual([
    ['ScheduleType', 'fixed'],
    ['SendAt', '2026-11-23T09:30:00.000Z'],
  ]);
});
