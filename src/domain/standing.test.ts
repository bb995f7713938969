import { expect, it } from 'vitest';
import { CLOSED_SHOWN_MS, isForgotten, standingOf } from './standing.ts';

const main = (status: 'active' | 'suspended' | 'closed') => ({ sid: 'AC1', ownerSid: 'AC1', status });
const child = (status: 'active' | 'suspended' | 'closed') => ({ sid: 'AC2', ownerSid: 'AC1', status });

it.each([
  ['active', 'active', 'active'],
  ['active', 'suspended', 'suspended'],
  ['active', 'closed', 'closed'],
  ['suspended', 'active', 'suspended'],
  ['suspended', 'suspended', 'suspended'],
  ['closed', 'active', 'closed'],
  ['closed', 'suspended', 'closed'],
] as const)('a subaccount that is %s under a parent that is %s counts as %s', (own, parents, standing) => {
  expect(standingOf(child(own), main(parents))).toBe(standing);
});

it('a main account counts as what it is, and an orphan as closed', () => {
  expect(standingOf(main('suspended'), main('suspended'))).toBe('suspended');
  expect(standingOf(child('active'), null)).toBe('closed');
});

it('a closed account is forgotten after 30 days', () => {
  expect(isForgotten({ status: 'closed', updatedAt: 0 }, CLOSED_SHOWN_MS - 1)).toBe(false);
  expect(isForgotten({ status: 'closed', updatedAt: 0 }, CLOSED_SHOWN_MS)).toBe(true);
  expect(isForgotten({ status: 'suspended', updatedAt: 0 }, CLOSED_SHOWN_MS)).toBe(false);
});
