/**
 * Which web pages may ask: those of this server. Cookies are sent, and loopback is reached, by whatever page the browser
 * has open; so `Host` is judged against a rebound name, and `Origin` and `Sec-Fetch-Site` against pages of others.
 */
import type { FastifyRequest } from 'fastify';
import { forbidden, isNamedAny, LOOPBACK_NAMES } from '../local-call.ts';

export interface OwnNames {
  publicUrl: string | undefined;
  allowHosts: readonly string[];
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

/** Whether a browser takes a cookie that is `Secure` from a page of this origin. */
export function isSecureOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || hostname === 'localhost' || LOOPBACK_NAMES.includes(hostname);
}

function isListed(host: string, { publicUrl, allowHosts }: OwnNames): boolean {
  const known = [...LOOPBACK_NAMES, ...allowHosts, ...(publicUrl ? [new URL(publicUrl).hostname] : [])];
  return isNamedAny(host, known);
}

function isOwn(origin: string, host: string, { publicUrl, allowHosts }: OwnNames): boolean {
  if (!URL.canParse(origin)) return false;
  const its = new URL(origin);
  if (its.host === hostUnder(its.protocol, host)) return true;
  if (publicUrl !== undefined && its.origin === new URL(publicUrl).origin) return true;
  return isNamedAny(its.host, allowHosts);
}

/** As `URL` writes it, which leaves the usual port of the scheme out. */
function hostUnder(protocol: string, host: string): string {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : '';
}
