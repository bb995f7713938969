import type { Alert } from '../domain/alert.ts';
import type { Cookie, CookieJar } from '../domain/cookies.ts';
import { type Joined, type KeptPart, textOf, toHex } from '../domain/inbound-parts.ts';
import { masker } from '../domain/privacy.ts';
import type { CallbackAttempt } from './callback-shapes.ts';
import type { ArrivedPart } from './inbound-shapes.ts';

/**
 * Texts of messages that stand beside them: what an app answered to a webhook, when it could not be used, parts that
 * wait for the others, and cookies of a conversation. Sealed like bodies (`sealed.ts`).
 */

type Change = (text: string, sid: string) => string;

/** An attempt whose answer is sealed. A number that is to be masked in it is masked before, as nobody can after. */
export function sealedRecord<Kept extends Pick<CallbackAttempt, 'messageSid' | 'payload' | 'response'>>(
  record: Kept,
  close: Change,
): Kept {
  const { messageSid, payload, response } = record;
  if (!response) return record;
  const body = payload.obfuscate ? masker(payload.to)(response.body) : response.body;
  return { ...record, response: { ...response, body: close(body, messageSid) } };
}

export function openedRecord(attempt: CallbackAttempt, open: Change): CallbackAttempt {
  const { messageSid, response } = attempt;
  if (!response) return attempt;
  return { ...attempt, response: { ...response, body: readable(response.body, messageSid, open) } };
}

export function sealedAlert(alert: Alert, close: Change): Alert {
  const { response, sid } = alert;
  return response ? { ...alert, response: { ...response, body: close(response.body, sid) } } : alert;
}

export function openedAlert(alert: Alert, open: Change): Alert {
  return sealedAlert(alert, (text, sid) => readable(text, sid, open));
}

/** Octets look like nothing sealed themselves, so they need it only while bodies are sealed. */
export function sealedPart(arrived: ArrivedPart, close: Change): ArrivedPart {
  const { part } = arrived;
  return { ...arrived, part: { ...part, sealed: close(toHex(part.octets), placeOf(part)) } };
}

/** Throws what `open` throws. */
export function openedJoined(joined: Joined, open: Change): Joined {
  const { parts, ...rest } = joined;
  if (!parts) return joined;
  const place = placeOf(joined);
  return { ...rest, ...textOf(parts.map((part): KeptPart => ({ ...part, octets: open(part.octets, place) }))) };
}

/** A part has no sid yet. */
function placeOf({ from, to }: Pick<Joined, 'from' | 'to'>): string {
  return `${from} ${to}`;
}

/** The values of cookies, which may tell of the person: of one account, so that they open for no other. */
export function sealedJar(jar: CookieJar | null, accountSid: string, close: Change): CookieJar | null {
  return jar && { ...jar, cookies: jar.cookies.map((one) => ({ ...one, value: close(one.value, accountSid) })) };
}

/** Without those that do not open: the app sets them anew. */
export function openedJar(jar: CookieJar | null, accountSid: string, open: Change): CookieJar | null {
  return jar && { ...jar, cookies: jar.cookies.flatMap((one) => openedCookie(one, accountSid, open)) };
}

function openedCookie(cookie: Cookie, accountSid: string, open: Change): Cookie[] {
  try {
    return [{ ...cookie, value: open(cookie.value, accountSid) }];
  } catch {
    return [];
  }
}

/** Nothing of what does not open: a list is of use without one answer. */
function readable(text: string, sid: string, open: Change): string {
  try {
    return open(text, sid);
  } catch {
    return '';
  }
}
