/** `/v2/Indicators/Typing.json`: "is typing", under the last message of a person. */
import { refuse } from '../../domain/errors.ts';
import { isSid } from '../../domain/sid.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { canonicalSid } from '../sids.ts';
import { missingParameter } from './services.ts';

/**
 * Judged as the original does, and then dropped: no carrier here shows it. `messageId` has to be a WhatsApp message
 * that came in.
 */
export async function showTyping(call: Call): Promise<Answer> {
  const channel = call.form.one('channel');
  const text = call.form.one('messageId');
  if (!channel) throw missingParameter('channel', 'Send channel=whatsapp.');
  if (channel !== 'whatsapp') {
    const fix = 'Only WhatsApp shows it.';
    throw refuse(20001, {}, { parameter: 'channel', received: channel, allowed: 'whatsapp', fix });
  }
  if (!text) throw missingParameter('messageId', 'Send the SID of the message that is being answered.');
  const details = { parameter: 'messageId', received: text };
  if (!isSid(text, 'SM', 'MM')) throw refuse(20001, {}, { ...details, allowed: 'SM or MM and 32 hex digits' });
  const message = await call.context.store.message(call.account.sid, canonicalSid(text));
  if (message?.direction !== 'inbound' || !message.to.startsWith('whatsapp:')) {
    const fix = 'Name a WhatsApp message that this account received.';
    throw refuse(20404, { path: `/Messages/${text}` }, { ...details, fix });
  }
  return { kind: 'resource', status: 200, element: 'TypingIndicator', resource: { success: true } };
}
