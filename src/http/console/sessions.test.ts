import { expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import type { ConsoleChange, ConsoleSession } from '../../store/console-shapes.ts';
import type { ConsoleUser } from './parts.ts';
import { Sessions } from './sessions.ts';

const EVE: ConsoleUser = { name: 'eve', password: 'one password', role: 'operator' };
const KEY = Buffer.alloc(32, 1);

/** A node: several may stand on one map. */
function node(kept: Map<string, ConsoleSession>, clock: HandWoundClock, users: ConsoleUser[] = [EVE], key = KEY) {
  const changes: ConsoleChange['kind'][] = [];
  const store = {
    consoleSession: async (hash: string) => kept.get(hash) ?? null,
    changeConsole: async (change: ConsoleChange) => {
      changes.push(change.kind);
      if (change.kind === 'open') kept.set(change.session.hash, change.session);
      if (change.kind === 'close') kept.delete(change.hash);
      const session = change.kind === 'extend' ? kept.get(change.hash) : undefined;
      if (session && change.kind === 'extend') kept.set(change.hash, { ...session, expiresAt: change.expiresAt });
    },
  };
  return { sessions: new Sessions({ store: store as never, clock }, { key, users }), changes };
}

it('what the store holds opens nothing', async () => {
  const kept = new Map<string, ConsoleSession>();
  const { sessions } = node(kept, new HandWoundClock());
  const cookie = (await sessions.open(EVE)).split(';', 1)[0] ?? '';
  const [token = ''] = cookie.split('=').slice(1);
  expect(JSON.stringify([...kept])).not.toContain(token);
  const [hash] = kept.keys();
  expect(await sessions.find(`__Host-pidge=${hash}`)).toBeNull();
  expect(await sessions.find(`other=1; ${cookie}; more=2`)).toEqual({ hash, who: { name: 'eve', role: 'operator' } });
  for (const header of [undefined, '', `pidge=${token}`, `__Host-pidge=${token.slice(1)}`, `x__Host-pidge=${token}`]) {
    expect([header, await sessions.find(header)]).toEqual([header, null]);
  }
});

it('another node knows it, unless its user is gone, has another password, or it is another installation', async () => {
  const kept = new Map<string, ConsoleSession>();
  const clock = new HandWoundClock();
  const cookie = await node(kept, clock).sessions.open(EVE);
  const on = (users: ConsoleUser[], key = KEY) => node(kept, clock, users, key).sessions.find(cookie);
  expect(await on([EVE])).not.toBeNull();
  expect(await on([{ ...EVE, role: 'viewer' }])).toMatchObject({ who: { role: 'viewer' } });
  expect(await on([])).toBeNull();
  expect(await on([{ ...EVE, password: 'two password' }])).toBeNull();
  expect(await on([EVE], Buffer.alloc(32, 2))).toBeNull();
});

it('a busy page writes now and then, not with every request', async () => {
  const clock = new HandWoundClock();
  const { sessions, changes } = node(new Map(), clock);
  const cookie = await sessions.open(EVE);
  for (let seconds = 0; seconds < 600; seconds += 10) {
    clock.advance(10_000);
    expect(await sessions.find(cookie)).not.toBeNull();
  }
  expect(changes).toEqual(['open', 'extend', 'extend']);
});
