/** The `Idempotency-Key` header of a create: whoever repeats a request with it gets the message of the first (D5). */
import { hash } from 'node:crypto';
import { refuse } from '../domain/errors.ts';
import type { Idempotency } from '../store/store.ts';
import type { Form } from './form.ts';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** What the store keeps of a key: hashes alone. `undefined`: the request has none. */
export function readIdempotency(
  header: string | undefined,
  { method, path, form }: { method: string; path: string; form: Form },
): Idempotency | undefined {
  if (header === undefined) return undefined;
  if (!PRINTABLE.test(header)) {
    const fix = 'Send a fresh UUID with each new message, and the same one when you repeat it.';
    const allowed = '1 to 255 printable characters';
    throw refuse(20001, {}, { parameter: 'Idempotency-Key', received: header, allowed, fix });
  }
  const parameters = form
    .names()
    .sort()
    .map((name) => JSON.stringify([name, ...form.all(name)]));
  return {
    key: hash('sha256', [method, path, header].join('\n')),
    fingerprint: hash('sha256', parameters.join('\n')),
  };
}
