/** Under which origin a client reaches us: what absolute URLs in answers begin with. */
import type { FastifyRequest } from 'fastify';

/**
 * The configured public URL; else what a proxy says it was asked for; else the request's own `Host`. Without a slash
 * at its end. A client that forges the headers misleads nobody but itself.
 */
export function originOf(request: FastifyRequest, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl.replace(/(?<!\/)\/+$/, '');
  const scheme = first(request.headers['x-forwarded-proto']) === 'https' ? 'https' : request.protocol;
  const host = first(request.headers['x-forwarded-host']) ?? request.headers.host ?? '';
  return isHost(host) ? `${scheme}://${host}` : `${scheme}://localhost`;
}

/** The name and port by which the client asked, as a proxy or it itself says; empty when that is no host. */
export function clientHost(request: FastifyRequest): string {
  const host = first(request.headers['x-forwarded-host']) ?? request.headers.host ?? '';
  return isHost(host) ? host.toLowerCase() : '';
}

/** Proxies in a row append to the header; the first is the one the client spoke to. */
function first(header: string | string[] | undefined): string | undefined {
  return [header ?? []].flat().at(0)?.split(',', 1)[0]?.trim() || undefined;
}

function isHost(text: string): boolean {
  return /^[A-Za-z0-9._-]+(:\d{1,5})?$/.test(text) || /^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/.test(text);
}
