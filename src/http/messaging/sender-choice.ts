/** `/v1/Services/{MG}/SenderChoice`, a resource of ours: which sender would carry a message, and why. Sends nothing. */
import { type Address, formatAddress, parseSender, parseTo } from '../../domain/address.ts';
import { refuse } from '../../domain/errors.ts';
import { senderKind } from '../../domain/pacing.ts';
import type { Candidate, Picked } from '../../engine/pick.ts';
import { isInPool } from '../../engine/services.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { mustFindService } from './services.ts';

/** `To`, and as far as the message would have them `From`, `FallbackFrom`, `MediaUrl`. */
export async function explainChoice(call: Call): Promise<Answer> {
  const { context, account } = call;
  const { sid } = await mustFindService(call);
  const to = readTo(call);
  const pinned = readSender(call, 'From', 21212);
  const fallbackFrom = readSender(call, 'FallbackFrom', 21665) ?? undefined;
  const hasMedia = call.query.all('MediaUrl').some((url) => url !== '');
  const picked = await context.foresee(account, sid, { to, pinned, hasMedia, cost: 1, fallbackFrom });
  const isForeign = pinned !== null && picked.kind === 'none' && !(await isInPool(context.store, account, sid, pinned));
  const errorCode = picked.kind === 'picked' ? null : isForeign ? 21711 : picked.errorCode;
  const now = context.clock.now();
  const resource: Resource = {
    service_sid: sid,
    to: formatAddress(to),
    from: picked.kind === 'picked' ? picked.from : null,
    error_code: errorCode,
    candidates: picked.candidates.map((candidate) => showCandidate(candidate, now)),
    reasons: picked.reasons,
    summary: summaryOf(picked, errorCode),
  };
  return { kind: 'resource', status: 200, element: 'SenderChoice', resource };
}

function readTo({ query }: Call): Address {
  const text = query.one('To');
  if (!text) throw refuse(21604, {}, { parameter: 'To', received: '' });
  const to = parseTo(text);
  if (to && to.kind !== 'short-code') return to;
  throw refuse(to ? 21265 : 21211, { To: text }, { parameter: 'To', received: text });
}

function readSender({ query }: Call, parameter: string, code: number): string | null {
  const text = query.one(parameter);
  if (!text) return null;
  const address = parseSender(text);
  if (!address) throw refuse(code, { From: text }, { parameter, received: text });
  return formatAddress(address);
}

function showCandidate({ sender, startsAt }: Candidate, now: number) {
  const { text, address, country, canMms } = sender;
  return {
    sender: text,
    kind: senderKind(address),
    country_code: country,
    mms: canMms,
    starts_in_ms: Math.max(0, Math.ceil(startsAt - now)),
  };
}

/** The last reason is the one that decided; it may begin with the sender itself. */
function summaryOf(picked: Picked, errorCode: number | null): string {
  const why = picked.reasons.at(-1) ?? '';
  if (picked.kind === 'none') return `nothing would be sent (${errorCode}): ${why}`;
  return why.startsWith(picked.from) ? `we would pick ${why}` : `we would pick ${picked.from}, ${why}`;
}
