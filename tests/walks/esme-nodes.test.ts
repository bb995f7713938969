/** ESMEs and several nodes: who is bound to one of them hears of what was submitted to another. */
import { afterEach, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { realClock } from '../../src/domain/clock.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { Esme } from '../helpers/esme.ts';
import { until } from '../helpers/smpp.ts';

const TEXT = `
[smpp_server]
port = 0
[[smpp_users]]
system_id = "acme"
password = "secret08"
`;

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function configOf(roles: string) {
  const flags = { 'http.port': '0', 'node.roles': roles };
  const config = readConfig({ mode: 'dev', env: {}, file: { name: 'pidge.toml', text: TEXT }, flags });
  config.secretKey = 'a key for tests alone, at least 32 long';
  return config;
}

it('a receipt goes out by the node that has the ESME, and nobody claims it elsewhere', async () => {
  const store = await openSqlite({ path: ':memory:', clock: realClock, onFatal: (error) => Promise.reject(error) });
  open.push(store);
  const claims: string[] = [];
  const node = async (name: string, roles: string): Promise<Running> => {
    const own = {
      // Of a store that two nodes share, neither is the one to close.
      close: async () => undefined,
      async claimCallbacks(...claim: Parameters<typeof store.claimCallbacks>) {
        const works = await store.claimCallbacks(...claim);
        for (const { payload } of works) if (payload.url.startsWith('smpp:')) claims.push(name);
        return works;
      },
    };
    const running = await startPidge(configOf(roles), { store: proxied(store, own) });
    open.push(running);
    return running;
  };
  const sends = await node('sends', 'api,dispatch,callbacks');
  const tells = await node('tells', 'api');
  const transmitter = await Esme.bound(sends.esmePort ?? 0, 'acme', 'secret08', 'transmitter');
  const receiver = await Esme.bound(tells.esmePort ?? 0, 'acme', 'secret08', 'receiver');
  const ids: (string | undefined)[] = [];
  for (let number = 0; number < 5; number += 1) {
    ids.push((await transmitter.submit(`Number ${number}`, { sourceAddr: '12025550100' }))?.messageId);
  }
  await until(() => receiver.receipts.length === 5, 20_000);
  expect(receiver.receipts.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(new Set(claims)).toEqual(new Set(['tells']));
  transmitter.drop();
  receiver.drop();
});

/** Verbs are methods with private parts: all but the replaced ones are called on the store itself. */
function proxied<T extends object>(store: T, replaced: Partial<T>): T {
  return new Proxy(store, {
    get(target, name) {
      const value = Object.hasOwn(replaced, name) ? Reflect.get(replaced, name) : Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
