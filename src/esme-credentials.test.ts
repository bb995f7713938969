/** For how long a bind by SID is believed, and what ends it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { HandWoundClock } from './domain/clock.ts';
import type { Admission } from './esme/sign-in.ts';
import { admitBySid } from './esme-credentials.ts';
import { hashSecret } from './http/credentials.ts';
import type { Account, Document } from './store/directory.ts';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const KEY = `SK${'a'.repeat(32)}`;

let clock: HandWoundClock;
let account: Partial<Account> | null;
let key: Partial<Document> | null;
let isAway: boolean;
let reads: number;
let admit: ReturnType<typeof admitBySid>;

beforeEach(() => {
  clock = new HandWoundClock();
  account = { sid: ACCOUNT, status: 'active', sealedToken: 'sealed first' };
  key = { sid: KEY, parentSid: ACCOUNT, properties: { secret_sha256: hashSecret('of the key') } };
  isAway = false;
  reads = 0;
  const read = async <T>(found: T) => {
    reads += 1;
    if (isAway) throw new Error('the store is away');
    return found as never;
  };
  admit = admitBySid({
    store: { account: () => read(account), document: () => read(key) },
    clock,
    openToken: (sealed) => sealed.replace(/^sealed (again )?/, ''),
    sealToken: (token) => `sealed ${token}`,
  });
});

/** As it is once a second is over. */
async function later({ holds }: Admission): Promise<boolean | undefined> {
  clock.advance(1_000);
  return holds?.();
}

async function admitted(sid: string, secret: string): Promise<Admission> {
  const admission = await admit(sid, secret);
  if (admission === null) throw new Error(`${sid} was not let in`);
  return admission;
}

describe('a bind by the SID of', () => {
  it('a key holds until that is deleted, its secret is another, or its account is closed', async () => {
    expect(await admit(KEY, 'of another')).toBeNull();
    const bind = await admitted(KEY.replaceAll('a', 'A').replace('SA', 'SK'), 'of the key');
    expect(bind.user).toMatchObject({ name: KEY, accountSid: ACCOUNT });
    expect(await later(bind)).toBe(true);
    account = { ...account, status: 'closed' };
    expect(await later(bind)).toBe(false);
    account = { ...account, status: 'suspended' };
    expect(await later(bind)).toBe(true);
    const whole = key;
    key = { ...whole, properties: { secret_sha256: hashSecret('of another') } };
    expect(await later(bind)).toBe(false);
    key = whole;
    expect(await later(bind)).toBe(true);
    key = null;
    expect(await later(bind)).toBe(false);
  });

  it('an account holds while its token is one of the two, however that is sealed', async () => {
    const bind = await admitted(ACCOUNT, 'first');
    account = { ...account, sealedToken: 'sealed again first' };
    expect(await later(bind)).toBe(true);
    account = { ...account, secondToken: { sealed: 'sealed second', createdAt: 0 } };
    const second = await admitted(ACCOUNT, 'second');
    expect([await later(bind), await later(second)]).toEqual([true, true]);
    account = { ...account, sealedToken: 'sealed second', secondToken: undefined };
    expect([await later(bind), await later(second)]).toEqual([false, true]);
    account = { ...account, status: 'closed' };
    expect([await later(second), await admit(ACCOUNT, 'second')]).toEqual([false, null]);
  });
});

describe('what is known of a bind', () => {
  it('is read once a second at the most, by whoever asks', async () => {
    const { holds } = await admitted(ACCOUNT, 'first');
    reads = 0;
    expect(await Promise.all([holds?.(), holds?.(), holds?.()])).toEqual([true, true, true]);
    account = null;
    clock.advance(999);
    expect([await holds?.(), reads]).toEqual([true, 1]);
    clock.advance(1);
    expect([await holds?.(), reads]).toEqual([false, 2]);
  });

  it('is nothing while the store cannot be read, and is asked again at once', async () => {
    const { holds } = await admitted(ACCOUNT, 'first');
    isAway = true;
    await expect(holds?.()).rejects.toThrow('the store is away');
    isAway = false;
    expect(await holds?.()).toBe(true);
  });
});
