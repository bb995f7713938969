/** Says what the API would answer to a message, and sends nothing: every rule of create is asked, and nothing is kept. */
import { refuse } from '../../domain/errors.ts';
import { segment } from '../../domain/segments.ts';
import { smartEncode } from '../../domain/smart-encoding.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { renderMessage } from '../render.ts';
import { answer, type ConsoleModule } from './module.ts';

/**
 * The form of a create. A refusal is the one that the create would get. What would be made has no SID yet, and its
 * segments are those of its text, also where a service counts them later.
 */
async function checkMessage(call: Call): Promise<Answer> {
  const { context, account, form, meta } = call;
  if (!context.check) throw refuse(20404, { path: meta.path });
  const { acceptance, encoding } = await context.check(account, form);
  const { message, releaseAt } = acceptance;
  const shown = renderMessage(message, { defaultServiceSid: account.defaultServiceSid, fresh: true });
  const { parts } = segment(message.smartEncoded ? smartEncode(message.body) : message.body);
  return answer({
    would_answer: 201,
    message: { ...shown, sid: null, uri: null, subresource_uris: {} },
    encoding,
    segments: message.numSegments || parts.length,
    send_at: message.status === 'scheduled' && releaseAt ? new Date(releaseAt).toISOString() : null,
  });
}

export const CHECK_MESSAGE: ConsoleModule = {
  account: [{ path: 'messages/check', verbs: { POST: checkMessage } }],
  docs: {
    'POST accounts/{AC}/messages/check': {
      summary: 'What the API would answer to this message. Nothing is sent and nothing is kept.',
      body: { type: 'application/x-www-form-urlencoded' },
    },
  },
};
