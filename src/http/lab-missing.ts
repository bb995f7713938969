/** What the test side has no room for: 501/20501 where its design names one (settled 38), else 404, whatever the body. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import { pathOf } from './lab-request.ts';

const ROOT = '/_test/v1';

/** Verbs and path below `/_test/v1`, as docs/API-COVERAGE.md lists them. `ANY`: all of them. */
export const LAB_MISSING: readonly string[] = [
  'POST DELETE /sandboxes',
  'POST DELETE /sandboxes/{sandbox}',
  'POST /{sandbox}/reset',
  'GET DELETE /{sandbox}/messages',
  'POST /{sandbox}/messages/wait',
  'POST /{sandbox}/messages/{sid}/transition',
  'POST /{sandbox}/callbacks/wait',
  'ANY /{sandbox}/echo',
  'PUT /{sandbox}/clock',
  'POST /{sandbox}/clock/advance',
  'POST /{sandbox}/settle',
  'GET POST DELETE /{sandbox}/faults',
  'POST /{sandbox}/snapshots',
  'POST /{sandbox}/snapshots/restore',
  'POST /{sandbox}/restore',
  'GET POST /{sandbox}/export',
  'POST /{sandbox}/import',
  'POST /{sandbox}/verify',
  'GET /{sandbox}/events',
  'GET /{sandbox}/report',
];

const missing = LAB_MISSING.map((entry) => {
  const words = entry.split(' ');
  const path = words.at(-1) ?? '';
  return {
    entry,
    verbs: new Set(words.slice(0, -1)),
    shape: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  };
});

/** To be registered with the rooms there are; each of them goes before it. */
export function registerLabMissing(scope: FastifyInstance): void {
  // Before a body is read: a form, or a file, would else be told that it is no JSON.
  const onRequest = async (request: FastifyRequest) => {
    throw refusalOf(request);
  };
  scope.all(`${ROOT}/*`, { onRequest }, async () => undefined);
}

function refusalOf(request: FastifyRequest): Error {
  const path = pathOf(request);
  const below = path.slice(ROOT.length);
  const one = missing.find(({ verbs, shape }) => shape.test(below) && (verbs.has(request.method) || verbs.has('ANY')));
  if (!one) return refuse(20404, { path });
  const fix = 'docs/API-COVERAGE.md lists what the test side has, and what it has not.';
  return refuse(20501, {}, { received: `${request.method} ${path}`, fix });
}
