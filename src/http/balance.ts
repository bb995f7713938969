/** Balance: a figure of the settings for dashboards that ask for one. Pidge charges nobody. */
import { refuse } from '../domain/errors.ts';
import type { Answer } from './answer.ts';
import type { Call } from './context.ts';

/** Subaccounts have none, as in the original. */
export function fetchBalance(call: Call): Answer {
  const { account, context } = call;
  if (account.ownerSid !== account.sid) throw refuse(20404, { path: call.meta.path });
  const cents = Math.round((context.settings.balanceMicros ?? 0) / 10_000);
  const balance = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  const resource = { account_sid: account.sid, balance, currency: 'USD' };
  return { kind: 'resource', status: 200, element: 'Balance', resource };
}
