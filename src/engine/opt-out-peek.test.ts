import { beforeEach, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { OptOut } from '../domain/opt-out.ts';
import { makeOptOutPeek, type OptOutPeek } from './opt-out-peek.ts';
import { isForbidden } from './opt-outs.ts';

const ACCOUNT = 'AC1';
const PEER = { channel: 'sms', peer: '+12025550101' } as const;

describe('a peek at opt-outs', () => {
  let clock: HandWoundClock;
  let peek: OptOutPeek;
  let records: OptOut[];
  let asked: string[];
  let gate: Promise<void>;
  let fails: boolean;

  beforeEach(() => {
    clock = new HandWoundClock();
    records = [];
    asked = [];
    gate = Promise.resolve();
    fails = false;
    peek = makeOptOutPeek({
      clock,
      store: {
        async optOuts() {
          asked.push('any');
          const found = [...records];
          await gate;
          if (fails) throw new Error('the store is away');
          return found;
        },
        optOutsOf: async () => [],
        async optOutScopes() {
          asked.push('scopes');
          return records.map(({ scope }) => scope);
        },
        documents: async () => [],
      },
    });
  });

  const optOut = () => records.push({ accountSid: ACCOUNT, ...PEER, scope: '+12025550100', source: 'api', at: 1 });
  const scopes = () => peek.optOutScopes(ACCOUNT, PEER);
  const forbidden = () => {
    const [from, to] = ['+12025550100', PEER.peer].map((e164) => ({ kind: 'number', e164 }) as const);
    if (!from || !to) throw new Error('two numbers');
    return isForbidden(peek, { accountSid: ACCOUNT, from, to, serviceSid: null });
  };

  it('asks once a second for an account that has none, however many messages it sends', async () => {
    expect(peek.hasNone(ACCOUNT)).toBe(false);
    expect(await Promise.all([forbidden(), forbidden(), forbidden()])).toEqual([false, false, false]);
    expect([peek.hasNone(ACCOUNT), peek.hasNone('AC2')]).toEqual([true, false]);
    clock.advance(999);
    expect(await forbidden()).toBe(false);
    expect(asked).toEqual(['any']);
    clock.advance(1);
    expect(peek.hasNone(ACCOUNT)).toBe(false);
    optOut();
    expect(await forbidden()).toBe(true);
    expect(asked).toEqual(['any', 'any', 'scopes']);
  });

  it('asks for the records anew every time where there are any', async () => {
    optOut();
    expect(await scopes()).toEqual(['+12025550100']);
    records.push({ accountSid: ACCOUNT, ...PEER, scope: '76767', source: 'api', at: 2 });
    expect(await scopes()).toEqual(['+12025550100', '76767']);
    expect(asked).toEqual(['any', 'scopes', 'scopes']);
    expect(peek.hasNone(ACCOUNT)).toBe(false);
  });

  it('knows at once what this process has recorded', async () => {
    expect(await forbidden()).toBe(false);
    optOut();
    peek.forget(ACCOUNT);
    expect(peek.hasNone(ACCOUNT)).toBe(false);
    expect(await forbidden()).toBe(true);
  });

  it('keeps nothing of a look that began before the change', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const before = scopes();
    optOut();
    peek.forget(ACCOUNT);
    const after = scopes();
    open();
    expect([await before, await after]).toEqual([[], ['+12025550100']]);
    expect(peek.hasNone(ACCOUNT)).toBe(false);
    expect(await forbidden()).toBe(true);
  });

  it('tells when the store cannot be asked, and asks again', async () => {
    fails = true;
    await expect(scopes()).rejects.toThrow('the store is away');
    fails = false;
    expect(await scopes()).toEqual([]);
    expect(asked).toEqual(['any', 'any']);
  });
});
