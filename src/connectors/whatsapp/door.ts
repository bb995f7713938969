/** How WhatsApp is known at our door: once by the token of the set-up, then by a signature over the body as it came. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { CarrierAnswer, CarrierCall } from '../../domain/carrier-call.ts';

/** The challenge is a number; what is echoed to a browser must not be a page. */
const CHALLENGE = /^[\w.-]{1,128}$/;

export function challengeAnswer({ url }: CarrierCall, verifyToken: string): CarrierAnswer {
  const { searchParams: query } = new URL(url);
  const challenge = query.get('hub.challenge') ?? '';
  const isRight = isSame(query.get('hub.verify_token') ?? '', verifyToken);
  if (query.get('hub.mode') !== 'subscribe' || !isRight || !CHALLENGE.test(challenge)) {
    return { kind: 'stranger', why: 'a set-up of the webhook with another verify token' };
  }
  return { kind: 'answer', status: 200, body: challenge };
}

export function isSigned({ headers, body }: CarrierCall, appSecret: string): boolean {
  const signature = headers['x-hub-signature-256'] ?? '';
  const right = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
  return isSame(signature.toLowerCase(), right);
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
