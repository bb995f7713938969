import { beforeEach, expect, test } from 'vitest';
import { type CachedTokens, cachedTokens } from './cached-tokens.ts';
import { HandWoundClock } from './domain/clock.ts';
import type { Account } from './store/directory.ts';

let clock: HandWoundClock;
let sealedToken: string;
let reads: number;
/** What a read waits for, once it has seen the account. */
let held: Promise<void>;
let tokens: CachedTokens;

beforeEach(() => {
  clock = new HandWoundClock();
  [sealedToken, reads, held] = ['old', 0, Promise.resolve()];
  const store = {
    async account(sid: string) {
      reads += 1;
      const account = sid === 'AC1' ? ({ sealedToken } as Account) : null;
      await held;
      return account;
    },
  };
  tokens = cachedTokens(store, clock, (sealed) => `opened ${sealed}`);
});

test('a token is read once a second', async () => {
  await tokens.tokenOf('AC1');
  sealedToken = 'new';
  expect([await tokens.tokenOf('AC1'), reads]).toEqual(['opened old', 1]);
  clock.advance(1_000);
  expect([await tokens.tokenOf('AC1'), reads]).toEqual(['opened new', 2]);
});

test('a token that has changed here is the new one at once', async () => {
  await tokens.tokenOf('AC1');
  sealedToken = 'new';
  tokens.forget('AC1');
  expect(await tokens.tokenOf('AC1')).toBe('opened new');
});

test('what was read before the change and came after it is not kept', async () => {
  let go: () => void = () => undefined;
  held = new Promise((resolve) => {
    go = resolve;
  });
  const early = tokens.tokenOf('AC1');
  sealedToken = 'new';
  tokens.forget('AC1');
  go();
  expect(await early).toBe('opened old');
  expect(await tokens.tokenOf('AC1')).toBe('opened new');
});

test('an account that is not there has none', async () => {
  await expect(tokens.tokenOf('AC2')).rejects.toThrow('No account AC2');
});
