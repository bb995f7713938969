/**
 * Who may come into the test side: programs on this machine, under a name we know. Loopback alone is no wall against a
 * web page in the developer's own browser, which reaches 127.0.0.1 as well: by rebinding its name (so `Host` is
 * judged) or by posting from its own origin (so `Origin` is).
 */
import type { FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Makes the check; it throws 403/20403. `extraHosts`: names without port under which the server is also reached. */
export function makeLabGuard(extraHosts: readonly string[]): (request: FastifyRequest) => void {
  const names = new Set([...OWN_NAMES, ...extraHosts.map((host) => host.toLowerCase())]);
  return (request) => {
    const remote = request.raw.socket.remoteAddress ?? '';
    if (!isLoopback(remote)) throw forbidden('address', remote, 'loopback', 'Call it from the machine Pidge runs on.');
    const { host = '', origin } = request.headers;
    const allowed = [...names].join(', ');
    if (!names.has(nameOf(host))) throw forbidden('Host', host, allowed, 'Call it as http://localhost.');
    if (origin === undefined) return;
    const name = URL.canParse(origin) ? new URL(origin).hostname : '';
    if (!names.has(name))
      throw forbidden('Origin', origin, allowed, 'Web pages of other origins may not steer phones.');
  };
}

function forbidden(parameter: string, received: string, allowed: string, fix: string): Error {
  return refuse(20403, {}, { parameter, received, allowed, fix });
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/** The host without its port, in lower case. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d{1,5}$/, '');
}
