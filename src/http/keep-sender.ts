/** Saving what a call has made or changed of a sender. */
import type { Sender } from '../store/directory.ts';
import { unauthenticated } from './auth.ts';
import type { Call } from './context.ts';

/** An account that is closed meanwhile keeps nothing: the call is answered as if it had come after. */
export async function keepSender({ context }: Call, sender: Sender): Promise<'saved' | 'taken'> {
  const kept = await context.store.saveSender(sender);
  if (kept === 'closed') throw unauthenticated();
  if (kept === 'saved') context.onSenderChanged();
  return kept;
}
