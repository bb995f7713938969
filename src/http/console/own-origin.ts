/**
 * Which web pages may ask: those of this server. Cookies are sent, and loopback is reached, by whatever page the browser
 * has open; so `Host` is judged against a rebound name, and `Origin` and `Sec-Fetch-Site` against pages of others.
 */
import type { FastifyRequest } from 'fastify';
import { refuse } from '../../domain/errors.ts';
import { isLoopback } from '../auth.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** Only a proxy or a tunnel sends these: whoever asks then sits somewhere else, though the socket is local. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

export interface OwnNames {
  publicUrl: string | undefined;
  allowHosts: readonly string[];
}

/** Somebody at this very machine, who has called it by a name that nobody else can give away. */
export function isLocalCall(request: FastifyRequest, { allowHosts }: OwnNames): boolean {
  const { headers } = request;
  if (!isLoopback(request.raw.socket.remoteAddress ?? '')) return false;
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false;
  const host = (headers.host ?? '').toLowerCase();
  return [...LOOPBACK_NAMES, ...allowHosts].some((name) => isNamed(host, name));
}

/** 403/20403 for a page of another origin, and for a `Host` outside of the names when the operator has listed some. */
export function refuseForeign(request: FastifyRequest, names: OwnNames): void {
  const { host = '', origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw forbidden('Sec-Fetch-Site', String(site), 'same-origin', 'Only the console’s own pages may ask.');
  }
  if (names.allowHosts.length > 0 && !isListed(host, names)) {
    throw forbidden('Host', host, names.allowHosts.join(', '), 'Add the name to console.allow_hosts.');
  }
  if (origin !== undefined && !isOwn(origin, host, names)) {
    throw forbidden('Origin', origin, host, 'Behind a proxy that changes Host, set http.public_url.');
  }
}

/** 403/20403 for what changes something and does not say which page asks. */
export function needOrigin(request: FastifyRequest): string {
  const { origin, host = '' } = request.headers;
  if (origin !== undefined) return origin;
  throw forbidden('Origin', 'nothing', host, 'Send the header Origin, as browsers do.');
}

export function forbidden(parameter: string, received: string, allowed: string, fix: string): Error {
  return refuse(20403, {}, { parameter, received, allowed, fix });
}

/** Whether a browser takes a cookie that is `Secure` from a page of this origin. */
export function isSecureOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || hostname === 'localhost' || LOOPBACK_NAMES.includes(hostname);
}

function isListed(host: string, { publicUrl, allowHosts }: OwnNames): boolean {
  const known = [...LOOPBACK_NAMES, ...allowHosts, ...(publicUrl ? [new URL(publicUrl).hostname] : [])];
  return known.some((name) => isNamed(host.toLowerCase(), name));
}

function isOwn(origin: string, host: string, { publicUrl, allowHosts }: OwnNames): boolean {
  if (!URL.canParse(origin)) return false;
  const its = new URL(origin);
  if (its.host === hostUnder(its.protocol, host)) return true;
  if (publicUrl !== undefined && its.origin === new URL(publicUrl).origin) return true;
  return allowHosts.some((name) => isNamed(its.host, name));
}

/** As `URL` writes it, which leaves the usual port of the scheme out. */
function hostUnder(protocol: string, host: string): string {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : '';
}

/** A name without port stands for all of its ports. */
function isNamed(host: string, name: string): boolean {
  const wanted = name.toLowerCase();
  return host === wanted || host.replace(/:\d{1,5}$/, '') === wanted;
}
