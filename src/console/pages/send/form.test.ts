import { expect, it } from 'vitest';
import { BLANK, fieldOf, filled, instantOf, localOf, paramsOf, variablesOf } from './form.ts';

it('sends what is filled in, and nothing else', () => {
  expect(paramsOf(BLANK)).toEqual([]);
  expect(paramsOf({ ...BLANK, To: '+12025550101', Body: 'Hi', MediaUrl: 'https://a/1\n\n https://a/2 ' })).toEqual([
    ['To', '+12025550101'],
    ['Body', 'Hi'],
    ['MediaUrl', 'https://a/1'],
    ['MediaUrl', 'https://a/2'],
  ]);
});

it('schedules in UTC what was picked here, and leaves the text out where a template speaks', () => {
  const at = '2026-11-22T10:30:00Z';
  for (const SendAt of [at, localOf(at)]) {
    expect(paramsOf({ ...BLANK, Body: 'Hi', ContentSid: 'HX1', SendAt })).toEqual([
      ['ContentSid', 'HX1'],
      ['SendAt', at],
      ['ScheduleType', 'fixed'],
    ]);
  }
});

it('shows the hour in the field as it was picked, half typed too', () => {
  for (const local of ['2026-11-22T09:30', '0002-11-22T09:30', '']) {
    expect(localOf(instantOf(local) ?? local)).toBe(local);
  }
});

it('knows the field of a refusal', () => {
  expect([fieldOf('MediaUrl[1]'), fieldOf('ScheduleType'), fieldOf('Idempotency-Key'), fieldOf(null)]).toEqual([
    'MediaUrl',
    'SendAt',
    null,
    null,
  ]);
});

it('fills a template as far as its variables are known', () => {
  expect(variablesOf('{"1":"Ada"')).toEqual({});
  expect(filled('Hi {{1}}, {{2}} {{3}}', { 1: 'you', 2: 'see you' }, { 1: 'Ada', 2: '' })).toBe(
    'Hi Ada, see you {{3}}',
  );
});
