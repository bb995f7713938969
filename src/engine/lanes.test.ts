import { expect, it } from 'vitest';
import { parseSender } from '../domain/address.ts';
import { makeLanes } from './lanes.ts';

const HOUR_MS = 3_600_000;

it.each([
  ['+12025550100', 10, 10],
  ['76767', 10, 10],
  ['rcs:acme_agent', 10, 10],
  ['whatsapp:+12025550100', 10, 4],
  ['whatsapp:+12025550100', 1, 1],
])('the queue of %s, with %i hours for all, is full at %i', (address, hours, at) => {
  const from = parseSender(address);
  if (!from) throw new Error(`${address} is no sender`);
  const laneOf = makeLanes({ defaultRate: 'twilio', queueHorizonMs: hours * HOUR_MS });
  expect(laneOf('sim', 'AC1', from, null, 1)?.horizonMs).toBe(at * HOUR_MS);
});
