/** A `<Message>` as a draft for the door, and what the door says of it in the codes of TwiML (behaviour sheet 3.4). */
import { type Address, parseSender, parseTo } from '../domain/address.ts';
import type { ApiError } from '../domain/errors.ts';
import type { Message } from '../domain/message.ts';
import type { MessageVerb } from '../domain/twiml-shapes.ts';
import type { Draft } from './draft.ts';
import { type ActionUse, callbackOf } from './reply-step.ts';

export type ReplyDraft = { ok: true; draft: Draft } | { ok: false; code: number; why: string };

/** The addresses of a reply: back the way the message came, where the verb says nothing else. */
export function addressesOf(verb: MessageVerb, message: Message): { to: string; from: string } {
  return { to: verb.to ?? message.from ?? '', from: verb.from ?? message.to };
}

/** `serviceSid`: the service it goes through; `null`: none. Refuses what no door has to see: 14101 and 14102. */
export function draftOf(
  verb: MessageVerb,
  message: Message,
  { serviceSid, use }: { serviceSid: string | null; use: ActionUse },
): ReplyDraft {
  const text = addressesOf(verb, message);
  const to = parseTo(text.to);
  const from = parseSender(text.from);
  // A carrier may name a sender that nobody can answer.
  if (!to) return { ok: false, code: 14101, why: `${text.to} cannot be answered` };
  if (!from) return { ok: false, code: 14102, why: `${text.from} cannot send` };
  if (channelOf(to) !== channelOf(from)) {
    const code = verb.from === null ? 14101 : 14102;
    return { ok: false, code, why: `${text.from} and ${text.to} are not of one channel` };
  }
  const callback = callbackOf(verb, use);
  const draft: Draft = {
    to,
    from,
    serviceSid,
    sendAt: null,
    body: verb.body,
    callbackUrl: callback?.url ?? null,
    validitySeconds: null,
    smartEncoded: null,
    provideFeedback: false,
    tags: {},
    options: callback?.method === 'GET' ? { callbackMethod: 'GET' } : {},
    maxPriceMicros: null,
  };
  return { ok: true, draft: verb.media.length > 0 ? { ...draft, mediaUrls: verb.media } : draft };
}

function channelOf(address: Address): string {
  return address.kind === 'channel' ? address.channel : 'sms';
}

const IN_TWIML: Record<number, number> = {
  21211: 14101,
  21212: 14102,
  21606: 14102,
  21659: 14102,
  21660: 14102,
  21661: 14108,
  21602: 14103,
  21617: 14103,
  21608: 14111,
};

/** The code under which the owner of the app reads of a refusal; those without a name in TwiML keep their own. */
export function codeOf({ code }: Pick<ApiError, 'code'>): number {
  return IN_TWIML[code] ?? code;
}
