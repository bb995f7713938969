/** What a trial account may send: to numbers that are verified or its own, and never without saying that it is a trial. */
import { type Address, formatAddress } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import { characters } from '../domain/segments.ts';
import type { Account } from '../store/directory.ts';
import type { Reads } from '../store/store.ts';
import { type Draft, LONGEST_BODY } from './draft.ts';

/** In front of every text, and part of it: it is stored and counted. */
export const TRIAL_PREFIX = 'Sent from your Twilio trial account - ';

/** The draft as it leaves a trial account; the same object for any other. Refuses with 30044 what has grown too long. */
export function trialDraft(account: Account, draft: Draft): Draft {
  if (account.type !== 'Trial' || draft.body === '') return draft;
  const body = TRIAL_PREFIX + draft.body;
  const length = characters(body);
  if (length > LONGEST_BODY) {
    const allowed = `up to ${LONGEST_BODY - TRIAL_PREFIX.length} characters on a trial account`;
    throw refuse(30044, {}, { parameter: 'Body', received: `${length - TRIAL_PREFIX.length} characters`, allowed });
  }
  return { ...draft, body };
}

/** Refuses with 21608 whom a trial account may not write to, and with 21267 the sender it may not have. */
export async function judgeTrial(
  store: Pick<Reads, 'documents' | 'senderByAddress'>,
  account: Account,
  { to, from }: Pick<Draft, 'to' | 'from'>,
): Promise<void> {
  if (account.type !== 'Trial') return;
  if (from?.kind === 'alphanumeric') throw refuse(21267, {}, { parameter: 'From', received: formatAddress(from) });
  const number = numberOf(to);
  const query = { accountSid: account.sid, kind: 'caller-id', name: number, limit: 1 };
  if ((await store.documents(query)).length > 0) return;
  if ((await store.senderByAddress(number))?.accountSid === account.sid) return;
  const received = formatAddress(to);
  const fix = `Verify it: POST OutgoingCallerIds.json with PhoneNumber=${number}, or make the account a full one`;
  throw refuse(21608, { To: received }, { parameter: 'To', received, fix });
}

/** A channel address is verified when its number is. */
function numberOf(to: Address): string {
  return to.kind === 'channel' ? to.id : formatAddress(to);
}
