/**
 * `X-Twilio-Signature`: base64 of HMAC-SHA1, keyed with the account's primary auth token, over the URL followed by
 * the sorted form parameters. The official SDKs verify these on the customer's side.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The URL that is signed: what the receiver can rebuild from the request line and `Host`. Fragment and userinfo never
 * travel, a default port is left out, and path and query are in the form in which they go over the wire.
 * Throws a TypeError on text that is no URL.
 */
export function signedUrl(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search}`;
}

/**
 * Signs a form POST. Names are sorted by code unit; a name that is repeated contributes each distinct value once, in
 * sorted order. Values are the decoded ones.
 */
export function signForm(token: string, url: string, params: [string, string][]): string {
  return mac(token, signedUrl(url) + joined(params));
}

/** Signs a GET: its parameters stand in the URL already. */
export function signGet(token: string, url: string): string {
  return mac(token, signedUrl(url));
}

/** Signs a JSON (or other raw) body: its hash joins the query as `bodySHA256`, and the URL to request is returned too. */
export function signJson(token: string, url: string, body: string | Uint8Array): { url: string; signature: string } {
  const withHash = withBodyHash(url, bodyHash(body));
  return { url: withHash, signature: signGet(token, withHash) };
}

/**
 * Whether `signature` fits, compared in constant time. `content` is the form's parameters, or a raw body: then
 * `bodySHA256` in the URL must be its hash as well.
 */
export function verifySignature(
  token: string,
  signature: string,
  url: string,
  content: [string, string][] | string | Uint8Array = [],
): boolean {
  if (Array.isArray(content)) return equal(signature, signForm(token, url, content));
  const claimed = new URL(url).searchParams.get('bodySHA256') ?? '';
  const actual = bodyHash(content);
  return equal(claimed, actual) && equal(signature, signGet(token, url));
}

/** What `bodySHA256` says of a body. */
export function bodyHash(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function mac(token: string, data: string): string {
  return createHmac('sha1', token).update(data, 'utf8').digest('base64');
}

function joined(params: [string, string][]): string {
  // By code unit, as the rule asks: `B` before `C` before `a`. No Map of Sets: every callback is signed.
  const sorted = params.toSorted(([name, value], [other, its]) => byUnit(name, other) || byUnit(value, its));
  let text = '';
  for (const [index, [name, value]] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before?.[0] !== name || before[1] !== value) text += name + value;
  }
  return text;
}

function byUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Text surgery on purpose: `searchParams` would re-encode a query that was never ours. */
function withBodyHash(url: string, hash: string): string {
  const target = new URL(url);
  const kept = target.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && pair.split('=', 1)[0] !== 'bodySHA256');
  target.search = `?${[...kept, `bodySHA256=${hash}`].join('&')}`;
  return target.href;
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
