/**
 * What an attempt told. Of a webhook that asks how to answer, the words of the writer are not kept beside the attempt:
 * they are looked up in the message, for as long as it has them.
 */
import type { CallbackAttempt } from '../../store/callback-shapes.ts';
import type { Call } from '../context.ts';
import { mediaPath } from '../media.ts';
import { paramsOf } from './attempt-shown.ts';

const MOST_MEDIA = 20;

export async function contentOf(call: Call, attempt: CallbackAttempt): Promise<[string, string][]> {
  const params = paramsOf(attempt);
  if (!attempt.payload.inbound) return params;
  const { accountSid, messageSid } = attempt;
  const { store } = call.context;
  const message = await store.message(accountSid, messageSid);
  if (message === null) return params;
  const media = message.numMedia > 0 ? await store.media({ accountSid, messageSid, limit: MOST_MEDIA }) : [];
  const byPosition = [...media].reverse();
  return params.map(([name, value]) => {
    if (value !== '') return [name, value];
    if (name === 'Body') return [name, message.body];
    const place = /^MediaUrl(\d+)$/.exec(name)?.[1];
    const medium = place === undefined ? undefined : byPosition[Number(place)];
    return [name, medium ? call.origin() + mediaPath(medium) : ''];
  });
}
