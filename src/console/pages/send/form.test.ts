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
  const at = Date.UTC(2026, 10, 22, 10, 30);
  expect(instantOf(localOf(at))).toBe('2026-11-22T10:30:00Z');
  expect(paramsOf({ ...BLANK, Body: 'Hi', ContentSid: 'HX1', SendAt: localOf(at) })).toEqual([
    ['ContentSid', 'HX1'],
    ['SendAt', '2026-11-22T10:30:00Z'],
    ['ScheduleType', 'fixed'],
  ]);
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
