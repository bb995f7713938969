/** Whether it is the carrier who calls: by its signature over what it says, or by a secret that it knows. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { CarrierCall } from '../../domain/carrier-call.ts';
import { verifySignature } from '../../domain/signature.ts';
import type { WebhookCheck } from './mapping.ts';

/** A signed instant may be off by so much: what was overheard is of no use for long. */
const DRIFT_MS = 300_000;

/** `null`: it is. */
export function strangeness(call: CarrierCall, check: WebhookCheck, now: number): string | null {
  switch (check.kind) {
    case 'twilio': {
      const signature = call.headers['x-twilio-signature'] ?? '';
      const isForm = call.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
      const content = call.method === 'GET' ? [] : isForm ? pairsOf(call.body) : call.body;
      return verifySignature(check.secret, signature, call.url, content) ? null : 'a call without its signature';
    }
    case 'hmac':
      return strangeHmac(call, check, now);
    case 'secret': {
      const given = check.in === 'header' ? call.headers[check.name.toLowerCase()] : queryOf(call).get(check.name);
      return isSame(given ?? '', check.secret) ? null : 'a call without our secret';
    }
    case 'basic': {
      const right = `Basic ${Buffer.from(`${check.username}:${check.secret}`).toString('base64')}`;
      return isSame(call.headers.authorization ?? '', right) ? null : 'a call without our credentials';
    }
  }
}

function strangeHmac(call: CarrierCall, check: WebhookCheck & { kind: 'hmac' }, now: number): string | null {
  const { algorithm, encoding, secret, header, timestampHeader } = check;
  const stamp = timestampHeader === null ? '' : (call.headers[timestampHeader.toLowerCase()] ?? '');
  if (timestampHeader !== null) {
    const at = /^\d{10}$/.test(stamp) ? Number(stamp) * 1_000 : Number.NaN;
    if (!(Math.abs(now - at) <= DRIFT_MS)) return 'a call signed at another time';
  }
  const right = createHmac(algorithm, secret).update(call.body).update(stamp).digest(encoding);
  const written = call.headers[header.toLowerCase()] ?? '';
  const given = written.startsWith(`${algorithm}=`) ? written.slice(algorithm.length + 1) : written;
  const shown = encoding === 'hex' ? given.toLowerCase() : given;
  return isSame(shown, right) ? null : 'a call without its signature';
}

export function queryOf({ url }: CarrierCall): URLSearchParams {
  return new URL(url).searchParams;
}

function pairsOf(body: Uint8Array): [string, string][] {
  return [...new URLSearchParams(Buffer.from(body).toString('utf8'))];
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
