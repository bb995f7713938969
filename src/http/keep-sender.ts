/** Saving what a call has made or changed of a sender. */
import type { Sender } from '../store/directory.ts';
import { unauthenticated } from './auth.ts';
import type { Call } from './context.ts';
import { Overtaken } from './overtaken.ts';

/**
 * An account that is closed meanwhile keeps nothing: the call is answered as if it had come after. `found`: what the
 * change was judged by, `null`: that there was none. The call begins again when that is no longer so.
 */
export async function keepSender({ context }: Call, sender: Sender, found: Sender | null): Promise<'saved' | 'taken'> {
  const kept = await context.store.saveSender(sender, found);
  if (kept === 'closed') throw unauthenticated();
  if (kept === 'differs') throw new Overtaken(`${sender.address} has changed`);
  if (kept === 'saved') context.onSenderChanged();
  return kept;
}
