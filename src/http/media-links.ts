/**
 * Addresses of media that need no credentials. A signed one is what the API redirects to: it opens one medium for four
 * hours (settled 40). The short one never expires and cannot be guessed: carriers fetch from it, and people from the texts
 * that carry links in place of media (behaviour sheet 7.5).
 */
import { createHmac, hkdfSync } from 'node:crypto';
import { isSid } from '../domain/sid.ts';
import { isSameSecret } from './same-secret.ts';
import { canonicalSid } from './sids.ts';

export const SIGNED_MS = 14_400_000;

export interface MediaLinks {
  /** Path and query. */
  signed(sid: string, now: number): string;
  /** Judges the expiry and the signature of a signed address. */
  check(sid: string, expires: string, signature: string, now: number): 'good' | 'expired' | 'forged';
  /** Path; for one sid always the same, for all sids of the same length. */
  short(sid: string): string;
  /** The sid in the last step of a short path, `null` when it is none of ours. */
  readShort(text: string): string | null;
}

/** 16 bytes of HMAC: nobody guesses 128 bits. */
const MAC_BYTES = 16;

/** The key follows from the master key, so every node opens what any other made. */
export function makeMediaLinks(masterKey: string): MediaLinks {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'pidge media links v1', 32));
  const mac = (text: string): string =>
    createHmac('sha256', key).update(text).digest().subarray(0, MAC_BYTES).toString('base64url');
  const signatureOf = (sid: string, expires: string): string => mac(`signed ${sid} ${expires}`);
  const short = (sid: string): string => `${sid}.${mac(`short ${sid}`)}`;

  return {
    signed(sid, now) {
      const expires = String(Math.ceil((now + SIGNED_MS) / 1_000));
      return `/media/${sid}?Expires=${expires}&Signature=${signatureOf(sid, expires)}`;
    },
    check(sid, expires, signature, now) {
      if (!/^\d{1,12}$/.test(expires) || !isSameSecret(signatureOf(sid, expires), signature)) return 'forged';
      return Number(expires) * 1_000 > now ? 'good' : 'expired';
    },
    short: (sid) => `/m/${short(sid)}`,
    readShort(text) {
      const sid = canonicalSid(text.slice(0, 34));
      return isSid(sid, 'ME') && isSameSecret(short(sid), text) ? sid : null;
    },
  };
}
