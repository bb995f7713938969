/**
 * The program under measurement: `full` is Pidge as `dev` runs it, on a file; `waiting` has a sender so slow that only
 * the accept path works; `api` has that role alone; `no-store` answers the same route from a store that keeps nothing. Prints its origin.
 */
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { startPidge } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { realClock } from '../src/domain/clock.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import type { Store } from '../src/store/store.ts';

const kind = process.argv[2] ?? 'full';
const folder = process.argv[3] ?? '';
/** A PostgreSQL instead of a file in the folder. */
const database = process.argv[4] || join(folder, 'bench.db');
const config = readConfig({
  mode: 'dev',
  env: {},
  file: null,
  flags: { 'http.port': '0', data: folder, database: kind === 'no-store' ? ':memory:' : database },
});
config.secretKey = 'a key for measurements, at least 32 long';
config.simulator = { submitAfterMs: 0, receiptAfterMs: 0 };
if (kind === 'waiting') {
  // Every message is accepted at once and waits for longer than the measurement lasts.
  config.limits.defaultRate = 0.01;
  config.limits.queueHorizonMs = 1e13;
}

if (kind === 'api') config.node.roles = ['api'];
async function keepsNothing(): Promise<Store> {
  const store = await openSqlite({ path: ':memory:', clock: realClock, onFatal: () => process.exit(1) });
  store.accept = async (batch, now) => batch.map(() => ({ ok: true, dueAt: now + 3_600_000 }));
  return store;
}

const running = await startPidge(config, { store: kind === 'no-store' ? await keepsNothing() : undefined });
// The runs end with a kill, which would leave the cache of compiled sources unwritten.
flushCompileCache();
console.log(running.address);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
