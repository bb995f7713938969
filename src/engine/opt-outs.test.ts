import { expect, it } from 'vitest';
import { type Address, parseSender, parseTo } from '../domain/address.ts';
import type { Document } from '../store/directory.ts';
import { isForbidden } from './opt-outs.ts';

const ACCOUNT = `AC${'a'.repeat(32)}`;
const SERVICE = `MG${'b'.repeat(32)}`;

/** Whether somebody who has opted out of a service may be written to by a sender, of whom its pool has these names. */
function forbids(from: string, pooled: string[]): Promise<boolean> {
  const pool = pooled.map((name) => ({ name })) as Document[];
  const store = {
    optOutScopes: async () => [SERVICE],
    documents: async ({ name }: { name?: string }) => pool.filter((one) => (name ?? one.name) === one.name),
  };
  const [sender, to] = [parseSender(from), parseTo('+33612345678')] as [Address, Address];
  return isForbidden(store, { accountSid: ACCOUNT, from: sender, to, serviceSid: null });
}

it('a name that is in a pool for one country is of its service, and one that only begins like it is not', async () => {
  expect(await forbids('ACME', ['ACME'])).toBe(true);
  expect(await forbids('ACME', ['ACME/DE', 'ACME/FR'])).toBe(true);
  expect(await forbids('ACME', ['ACME2/FR', 'ACM/FR'])).toBe(false);
  expect(await forbids('+12025550100', ['+12025550100'])).toBe(true);
  expect(await forbids('+12025550100', ['+12025550109'])).toBe(false);
});
