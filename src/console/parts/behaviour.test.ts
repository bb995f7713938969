import { expect, it } from 'vitest';
import { BEHAVIOURS } from '../../domain/behaviours.ts';
import { parseBehaviour, showBehaviour } from '../../domain/phone.ts';
import { behaveOf, describe, freshStep, planOf } from './behaviour.ts';

it('writes of every behaviour what the server takes', () => {
  for (const { name } of BEHAVIOURS) {
    const parsed = parseBehaviour(behaveOf({ script: [], after: freshStep(name) }), 0);
    expect([name, parsed.ok]).toEqual([name, true]);
  }
});

it('reads back what it wrote', () => {
  const plan = { script: [freshStep('undelivered'), freshStep('deliver_after')], after: freshStep('deliver') };
  const parsed = parseBehaviour(behaveOf(plan), 0);
  expect(parsed.ok && planOf(showBehaviour(parsed.behaviour))).toEqual(plan);
});

it('tells in a few words where a script stands', () => {
  const behave = { script: [{ undelivered: 30003 }, 'no_receipt'] };
  expect(describe(behave)).toBe('Script, step 1 of 2: Undelivered 30003');
  expect(describe(behave, 2)).toBe('Script over: Deliver');
  expect(describe('deliver')).toBe('Deliver');
});

it('tells until when in the time of the reader', () => {
  const until = new Date();
  until.setHours(10, 0, 0, 0);
  expect(describe({ unreachable_until: until.toISOString() })).toBe('Unreachable until 10:00:00');
});
