/**
 * Who may come into the test side: programs on this machine, by a name we know and through no tunnel, and no web page
 * of another origin that the developer's browser has open.
 */
import type { FastifyRequest } from 'fastify';
import { forbidden, isLoopback, isNamedAny, LOOPBACK_NAMES, proxyHeaderOf } from './local-call.ts';

/**
 * Makes the check; it throws 403/20403. `hosts`: names by which this machine calls itself, beside those of loopback.
 * Never the public URL's: a tunnel brings strangers by that name, over loopback.
 */
export function makeLabGuard(hosts: readonly string[]): (request: FastifyRequest) => void {
  const names = [...LOOPBACK_NAMES, ...hosts];
  const allowed = names.join(', ');
  return ({ raw, headers }) => {
    const { host = '', origin } = headers;
    const remote = raw.socket.remoteAddress ?? '';
    if (!isLoopback(remote)) throw forbidden('address', remote, 'loopback', 'Call it from the machine Pidge runs on.');
    const proxy = proxyHeaderOf(headers);
    if (proxy) throw forbidden(proxy, String(headers[proxy]), 'no proxy', 'Call it directly, as http://localhost.');
    if (!isNamedAny(host, names)) {
      throw forbidden('Host', host, allowed, 'Call it as http://localhost, or list the name in console.allow_hosts.');
    }
    if (origin !== undefined && !isNamedAny(hostOf(origin), names)) {
      throw forbidden('Origin', origin, allowed, 'Web pages of other origins may not steer phones.');
    }
  };
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}
