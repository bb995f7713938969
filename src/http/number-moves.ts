/** `AccountSid` of a number: the parent moves it between its own account and its subaccounts. */
import { refuse } from '../domain/errors.ts';
import { isSid } from '../domain/sid.ts';
import { isForgotten } from '../domain/standing.ts';
import type { Sender } from '../store/directory.ts';
import type { Call } from './context.ts';

/** The account that the number goes to; `null`: it stays where it is. */
export async function readMove(call: Call, sender: Sender): Promise<string | null> {
  const wanted = call.form.one('AccountSid');
  if (wanted === undefined || wanted === sender.accountSid) return null;
  const details = { parameter: 'AccountSid', received: wanted };
  if (!isSid(wanted, 'AC')) throw refuse(21470, {}, { ...details, allowed: 'AC and 32 hex digits' });
  const { account: caller, keySid } = call.caller;
  if (caller.ownerSid !== caller.sid || keySid !== null) throw refuse(21474, {}, details);
  const target = await call.context.store.account(wanted);
  // A foreign account is as good as none, so that nobody learns which there are.
  const isKin = target?.ownerSid === caller.sid && !isForgotten(target, call.context.clock.now());
  if (!isKin) throw refuse(21471, {}, details);
  if (target.status !== 'active') throw refuse(21472, {}, details);
  return target.sid;
}

/** Moved: it leaves the applications of the account it was in; its pool when it is saved. */
export function moved(sender: Sender, accountSid: string): Sender {
  const properties = { ...sender.properties, sms_application_sid: null, voice_application_sid: null };
  return { ...sender, accountSid, properties };
}
