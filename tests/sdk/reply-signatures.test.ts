/** What apps are asked with passes the official validators, whatever is in it (C4). */
import twilio from 'twilio';
import { expect, it } from 'vitest';
import { parseCallbackUrl } from '../../src/domain/callback-url.ts';
import type { Message } from '../../src/domain/message.ts';
import { paramsOf, type ReplyRequest, replyRequest } from '../../src/engine/reply-request.ts';
import type { ReplyWork } from '../../src/store/inbound-shapes.ts';
import type { Media } from '../../src/store/media.ts';

const TOKEN = 'f'.repeat(32);
const SETS = 10_000;
const seed = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 2 ** 31);

/** Mulberry32: the same numbers for the same seed. */
function makeRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = makeRandom(seed);
const below = (most: number): number => Math.floor(random() * most);
const pick = <T>(of: readonly T[]): T => of[below(of.length)] as T;
const LETTERS = [...'aZ09 +&=%#?/\\"\'<>()*!~.-_;:,@$^`|{}[]\t\n\r\u0000éßñ你🕊\u00a0\u200d\uFEFF'];
const text = (most: number): string => Array.from({ length: below(most) }, () => pick(LETTERS)).join('');
const maybe = <T>(value: () => T): T | undefined => (random() < 0.4 ? value() : undefined);

function randomWork(): ReplyWork {
  const channel = pick([null, 'whatsapp', 'messenger', 'rcs'] as const);
  const address = (number: string): string => (channel === null ? number : `${channel}:${number}`);
  const media = Array.from(
    { length: below(4) },
    (_, index) => ({ sid: `ME${index}`, contentType: 'image/png' }) as Media,
  );
  const details = {
    profileName: maybe(() => text(20)),
    button: maybe(() => ({ text: text(20), payload: text(20), type: 'REPLY' as const })),
    list: maybe(() => ({ id: text(9), title: text(9), description: text(9) })),
    location: maybe(() => ({ latitude: random() * 180 - 90, longitude: random() * 360 - 180, label: text(9) })),
    referral: maybe(() => ({ body: text(20), sourceUrl: text(20) })),
    forwarded: maybe(() => true),
  };
  const message = {
    sid: `SM${below(2 ** 31)
      .toString(16)
      .padStart(32, '0')}`,
    accountSid: `AC${'a'.repeat(32)}`,
    serviceSid: pick([null, `MG${'b'.repeat(32)}`]),
    from: pick([address('+13125550142'), address('+442079460958'), 'BANK', text(11)]),
    to: pick([address('+12025550100'), '76767']),
    body: text(200),
    numSegments: 1 + below(5),
    options: channel === null ? {} : { channel: details },
  } as unknown as Message;
  const error = maybe(() => ({ code: 11200, url: 'https://app.example/sms?a=b&c=d' }));
  const document = { target: { url: '', method: 'POST' }, why: error ? 'fallback' : 'first', ...(error && { error }) };
  const payload = { optOutType: pick([null, 'STOP', 'HELP']), document } as unknown as ReplyWork['payload'];
  return { workId: below(1_000), attempt: 1, payload, message, media, jar: null, loop: null };
}

function randomUrl(): string {
  const user = pick(['', '', 'me:p%40ss@']);
  const host = pick([
    'app.example',
    'app.example:443',
    'app.example:8443',
    'xn--bcher-kva.example',
    '[2001:db8::1]:8080',
  ]);
  const path = pick(['', '/', '/sms', '/a%20b/c', "/it's", '/ünï', '/a;b=c']);
  const query = pick(['', '?a=b', '?a=b&c=d%26e', '?x', "?q='quoted'", '?a[]=1&a[]=2', '?']);
  return `https://${user}${host}${path}${query}${pick(['', '#rc=3&rp=all'])}`;
}

function randomRequest(): ReplyRequest {
  const work = randomWork();
  const receiver = parseCallbackUrl(randomUrl());
  if (!receiver.ok) throw new Error(receiver.why);
  const more = {
    reply: null,
    mediaUrl: ({ sid }: Media) => `https://pidge.example/Media/${sid}`,
    shortCodeCountry: 'US',
  };
  const params = paramsOf(work, more);
  return replyRequest(
    { work, documentNumber: 1, receiver, method: pick(['GET', 'POST']), params, jar: null, now: 0 },
    TOKEN,
  );
}

/** As a server gets it: what stands in the request line and in `Host`, and the form decoded. */
function arrived({ method, url, headers, body = '' }: ReplyRequest) {
  const { host, pathname, search } = new URL(url);
  const form = Object.fromEntries(new URLSearchParams(body));
  return { method, host, originalUrl: pathname + search, form, signature: headers['X-Twilio-Signature'] ?? '' };
}

it(`validateRequest and webhook() take ${SETS} random requests (seed ${seed})`, () => {
  const refused: unknown[] = [];
  const hook = twilio.webhook(TOKEN) as unknown as (request: unknown, response: unknown, next: () => void) => void;
  for (let count = 0; count < SETS; count += 1) {
    const request = randomRequest();
    const { method, host, originalUrl, form, signature } = arrived(request);
    const isValid = twilio.validateRequest(TOKEN, signature, `https://${host}${originalUrl}`, form);
    let isPassed = false;
    const header = (name: string): string | undefined => (/^x-twilio-signature$/i.test(name) ? signature : host);
    const incoming = {
      method,
      protocol: 'https',
      header,
      headers: { host },
      originalUrl,
      url: originalUrl,
      body: form,
    };
    const response: Record<string, () => unknown> = {};
    for (const verb of ['type', 'status', 'send']) response[verb] = () => response;
    hook(incoming, response, () => {
      isPassed = true;
    });
    if (!isValid || !isPassed) refused.push({ request, isValid, isPassed });
  }
  expect(refused.slice(0, 3)).toEqual([]);
});

it('validateRequest refuses what has been changed on its way', () => {
  for (let count = 0; count < 500; count += 1) {
    const { host, originalUrl, form, signature } = arrived(randomRequest());
    expect(twilio.validateRequest(TOKEN, signature, `https://${host}${originalUrl}`, { ...form, Body: 'else' })).toBe(
      false,
    );
    expect(twilio.validateRequest('e'.repeat(32), signature, `https://${host}${originalUrl}`, form)).toBe(false);
  }
});
