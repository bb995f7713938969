import { lookup } from 'node:dns/promises';
import { Agent } from 'undici';
import type { Clock } from '../domain/clock.ts';
import { authorize, type Login, loginOf } from './authorize.ts';
import { makeConnect, type Resolve } from './connect.ts';
import { Exchange, type Hop } from './exchange.ts';
import { failure, type OutgoingFailure } from './failure.ts';
import { type FencePolicy, readCidr } from './fence.ts';

/**
 * The way out: every HTTP request, to customers' URLs and to carriers, goes through here, and nothing else does.
 * Addresses are judged by the fence at each connection and each redirect hop; connections are kept and bounded per
 * origin. An answer or a failure is a value: `request` never throws. (Behaviour sheet 2.6, reliability.md section 3.)
 */
export interface Outgoing {
  request(request: OutgoingRequest): Promise<OutgoingResult>;
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>;
}

export interface OutgoingRequest {
  method: 'GET' | 'POST' | 'PUT';
  /** Absolute http/https. User and password in it are held back until a 401 asks for them. A fragment is not sent. */
  url: string;
  headers: Record<string, string>;
  /** Those of `headers` that hold for one URL and method alone, such as a signature, for what a redirect leads to. */
  headersAt?(url: string, method: 'GET' | 'POST' | 'PUT'): Record<string, string>;
  body?: string | Uint8Array;
  /** Until a connection has taken the request. */
  connectMs: number;
  /** To the first packet of the answer, and between packets. */
  readMs: number;
  /** Redirects and repetitions included. */
  totalMs: number;
  /** Of the body, in bytes. Beyond it: `too-large`, or the body is cut when `cut` is set. */
  maxBytes: number;
  /** Whether 301, 302, 303 and 307 are followed. */
  follow: boolean;
  /** Only the status matters: a body that is too large, slow or torn is cut short and the answer counts. */
  cut?: boolean;
  /** The body is a file: it comes as `bytes`, and only when the status is 2xx. */
  binary?: boolean;
  /** The body comes as `bytes`, whatever the status. */
  raw?: boolean;
}

export type OutgoingResult =
  | {
      kind: 'answer';
      status: number;
      /** Names in lower case, repeated ones joined by a comma. */
      headers: Record<string, string>;
      /** Of all hops that set any, in order. */
      setCookies: SetCookies[];
      /** Where it came from, redirects followed; without fragment, user and password. */
      url: string;
      /** UTF-8, at most `maxBytes` long. */
      body: string;
      /** Only with `binary` and `raw`, which leave `body` empty. */
      bytes?: Uint8Array;
      /** The body broke off: time ran out or the connection died after the status. Only with `cut`. */
      partial: boolean;
      ms: number;
    }
  | OutgoingFailure;

/** The `Set-Cookie` headers of one hop as they came, and where they came from. */
export interface SetCookies {
  url: string;
  headers: string[];
}

export interface OutgoingOptions {
  policy: FencePolicy;
  clock: Clock;
  /** All addresses of a name; by default the system's resolver. */
  resolve?: Resolve;
  /** Connections kept per origin. */
  connections?: number;
}

interface Target {
  origin: string;
  path: string;
  /** User and password in the URL. */
  login: Login | null;
}

const MAX_REDIRECTS = 5;
const FOLLOWED = new Set([301, 302, 303, 307]);
/** URLs are few and repeat without end; parsing one costs as much as signing it. */
const TARGETS_KEPT = 1000;
/** Not to be sent to an origin they were not meant for. */
const CREDENTIALS = /^(?:authorization|cookie|proxy-authorization)$/i;
/** About a body that is dropped when a POST becomes a GET. */
const ABOUT_BODY = /^content-/i;

/** Makes the way out. Throws a `TypeError` when the policy's allow-list holds something that is no network. */
export function makeOutgoing({
  policy,
  clock,
  resolve = resolveBySystem,
  connections = 64,
}: OutgoingOptions): Outgoing {
  policy.allow.forEach(readCidr);
  const agent = new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    // The clock we were handed keeps the time, per request.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16_384,
    connect: makeConnect(policy, resolve),
  });
  const targets = new Map<string, Target>();

  function targetOf(url: string): Target {
    const known = targets.get(url);
    if (known) return known;
    const target = parseTarget(url);
    if (targets.size >= TARGETS_KEPT) targets.clear();
    targets.set(url, target);
    return target;
  }

  async function walk(request: OutgoingRequest, startedAt: number): Promise<OutgoingResult> {
    let target = targetOf(request.url);
    let { method, headers, body } = request;
    let redirects = 0;
    let authorization: string | null = null;
    const setCookies: SetCookies[] = [];
    for (;;) {
      const leftMs = request.totalMs - (clock.monotonic() - startedAt);
      if (leftMs <= 0) return failure('total-timeout', `no answer within ${request.totalMs} ms`);
      const exchange = new Exchange(clock, request, leftMs);
      const sent = authorization === null ? headers : { ...headers, authorization };
      const hop = await exchange.run(agent, { origin: target.origin, path: target.path, method, headers: sent, body });
      if (hop.kind === 'failed') return hop;
      const url = target.origin + target.path;
      if (hop.setCookies.length > 0) setCookies.push({ url, headers: hop.setCookies });
      if (hop.status === 401 && target.login && authorization === null) {
        const challenge = hop.headers['www-authenticate'] ?? '';
        authorization = authorize(challenge, target.login, { method, path: target.path });
        if (authorization !== null) continue;
      }
      if (!request.follow || hop.status < 300 || hop.status > 399) {
        return { ...hop, setCookies, url };
      }
      const next = whereTo(hop, target);
      if ('kind' in next) return next;
      redirects += 1;
      if (redirects > MAX_REDIRECTS) return failure('redirect', `more than ${MAX_REDIRECTS} redirects`, 11215);
      if (next.origin !== target.origin) headers = without(headers, CREDENTIALS);
      // A digest is of one path alone.
      if (next.login === null || authorization?.startsWith('Digest')) authorization = null;
      if (hop.status !== 307 && method === 'POST') {
        method = 'GET';
        body = undefined;
        headers = without(headers, ABOUT_BODY);
      }
      target = next;
      headers = { ...headers, ...request.headersAt?.(target.origin + target.path, method) };
    }
  }

  return {
    async request(request) {
      const startedAt = clock.monotonic();
      let result: OutgoingResult;
      try {
        result = await walk(request, startedAt);
      } catch (error) {
        // A URL that cannot be parsed, or a header value that HTTP cannot carry: refused before anything was sent.
        result = failure('protocol', error instanceof Error ? error.message : String(error), 11100);
      }
      return { ...result, ms: Math.round(clock.monotonic() - startedAt) };
    },
    close: () => agent.destroy(),
  };
}

function resolveBySystem(hostname: string) {
  return lookup(hostname, { all: true, verbatim: true });
}

function parseTarget(text: string): Target {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`${url.protocol} is not http or https`);
  return { origin: url.origin, path: url.pathname + url.search, login: loginOf(url) };
}

/** Where a 3xx leads, or why it leads nowhere. User and password in a Location are not taken over. */
function whereTo(hop: Hop & { kind: 'answer' }, from: Target): Target | OutgoingFailure {
  const { location } = hop.headers;
  if (!FOLLOWED.has(hop.status)) return failure('redirect', `answered ${hop.status}, which is not followed`, 11216);
  if (!location) return failure('redirect', `answered ${hop.status} without a Location`, 11216);
  try {
    const next = parseTarget(new URL(location, from.origin + from.path).href);
    if (from.origin.startsWith('https:') && next.origin.startsWith('http:')) {
      return failure('redirect', 'redirected from https to http', 11216);
    }
    return { ...next, login: next.origin === from.origin ? from.login : null };
  } catch {
    return failure('redirect', 'redirected to something that is no http URL', 11216);
  }
}

function without(headers: Record<string, string>, names: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.test(name)));
}
