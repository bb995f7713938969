/** A store moved from one engine to the other answers the same, and goes on where it was. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandWoundClock, realClock } from '../../src/domain/clock.ts';
import type { Driver } from '../../src/store/postgres/driver.ts';
import { openPostgresOn } from '../../src/store/postgres/open.ts';
import { PgDriver } from '../../src/store/postgres/pg-driver.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type Reads, type Store, StoreLocked } from '../../src/store/store.ts';
import { NotEmpty, transfer } from '../../src/store/transfer.ts';
import { openPostgresSource, openPostgresTarget } from '../../src/store/transfer-postgres.ts';
import { openSqliteSource, openSqliteTarget } from '../../src/store/transfer-sqlite.ts';
import { ACCOUNT, acceptance, claimCallbacks, finished, lane, NOW, OTHER } from '../contract/store.fixtures.ts';
import { PgliteDatabase } from '../helpers/pglite.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { firstDifference, type Known, randomFrom, randomQuestion } from '../helpers/same-answers.ts';
import { fillFile } from '../helpers/whole-store.ts';
import { tempFolder } from './run.ts';

const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const QUESTIONS = 400;
const LATER = NOW + 10 * 3_600_000;

function openFile(path: string): Promise<Store> {
  return openSqlite({
    path,
    clock: new HandWoundClock(),
    onFatal: (error) => {
      throw error;
    },
  });
}

async function filledFile(path: string): Promise<Known> {
  await fillFile(path);
  const store = await openFile(path);
  const known = await knownOf(store);
  expect(await store.verify()).toEqual([]);
  await store.close();
  return known;
}

async function knownOf(store: Reads): Promise<Known> {
  const pages = await Promise.all([ACCOUNT, OTHER].map((accountSid) => store.messages({ accountSid, size: 1_000 })));
  const messages = pages.flatMap((page) => page.messages);
  return {
    accounts: [ACCOUNT, OTHER],
    // One that never was, and whose place in lists only its sid tells.
    sids: [...messages.map(({ sid }) => sid), `SM${(NOW + 5_000).toString(16).padStart(12, '0')}${'f'.repeat(20)}`],
    addresses: [...new Set(messages.flatMap(({ to, from }) => [to, from ?? '']))],
    from: NOW - 1_000,
    to: LATER,
  };
}

async function expectSame(one: Reads, other: Reads, known: Known): Promise<void> {
  console.log(`seed ${SEED}`);
  const random = randomFrom(SEED);
  const questions = Array.from({ length: QUESTIONS }, () => randomQuestion(known, random));
  expect(await firstDifference(one, other, questions)).toBeNull();
  for (const ask of [
    (store: Reads) => store.accounts(),
    (store: Reads) => store.stats(),
    (store: Reads) => store.awaitedParts('sim', 100),
    (store: Reads) => store.nextDueAt('send'),
    (store: Reads) => store.nextDueAt('callback'),
    (store: Reads) => store.nextDueAt('fetch'),
    (store: Reads) => store.blobs({ after: '', limit: 100 }),
    (store: Reads) => store.scheduled({ accountSid: ACCOUNT, limit: 100 }),
  ]) {
    expect(await ask(other)).toEqual(await ask(one));
  }
  expect(await other.verify()).toEqual([]);
}

/** Both go on with the same next ids, and hand out the same work in the same order. */
async function expectGoesOn(one: Store, other: Store): Promise<void> {
  const walk = async (store: Store) => {
    const [attempt] = await store.attempts({ accountSid: ACCOUNT, limit: 1 });
    const replayed = await store.replayCallback(ACCOUNT, attempt?.id ?? 0, LATER);
    await store.takeOver('me', LATER);
    const sends = await store.claimSends({ owner: 'me', limit: 100, leaseMs: 30_000, lookAheadMs: 0 }, LATER);
    const works = await claimCallbacks(store, LATER);
    await store.finishCallbacks([finished(works[0] as (typeof works)[0])], LATER);
    const [made] = await store.attempts({ accountSid: works[0]?.accountSid ?? '', limit: 1 });
    // The lane without work still keeps its pace: the next message waits for the slot of the last.
    const [slot] = await store.accept([acceptance({}, lane({ key: `sim|${ACCOUNT}|76767` }))], NOW + 9 * 3_600_000);
    return {
      replayed,
      slot,
      made: made?.id,
      sends: sends.map(({ workId, message, startAt, lane, attempt: tries }) => [workId, message, startAt, lane, tries]),
      callbacks: works.map(({ workId, messageSid, attempt: tries }) => [workId, messageSid, tries]).sort(),
    };
  };
  expect(await walk(other)).toEqual(await walk(one));
}

function engineCases(driver: () => Promise<Driver>): void {
  it('answers every question as the file did, keeps all ids and goes on from them', async () => {
    const path = join(tempFolder(), 'from.db');
    const known = await filledFile(path);
    const target = await driver();
    const source = openSqliteSource(path);
    expect(await source.verify()).toEqual([]);
    const into = await openPostgresTarget(target, realClock);
    const rows = await transfer(source, into);
    expect(await into.verify()).toEqual([]);
    await into.close();
    await source.close();
    expect(Object.values(rows).every((count) => count > 0)).toBe(true);

    const file = await openFile(path);
    const database = await openPostgresOn(target, { clock: new HandWoundClock(), acceptLoss: true });
    await expectSame(file, database, known);
    await expectGoesOn(file, database);
    expect(await database.verify()).toEqual([]);
    await database.close();
    await file.close();
  });

  it('comes back into a file that is the same row by row', async () => {
    const folder = tempFolder();
    const [there, back] = [join(folder, 'there.db'), join(folder, 'back.db')];
    const known = await filledFile(there);
    const between = await driver();
    const out = openSqliteSource(there);
    const into = await openPostgresTarget(between, realClock);
    await transfer(out, into);
    await into.close();
    await out.close();
    const source = await openPostgresSource(between);
    const target = openSqliteTarget(back);
    const seen: number[] = [];
    await transfer(source, target, ({ rows, totalRows }) => seen.push(rows / totalRows));
    expect(await target.verify()).toEqual([]);
    await source.close();
    await target.close();
    expect(seen.at(-1)).toBe(1);
    expect(dump(back)).toEqual(dump(there));

    const [one, other] = [await openFile(there), await openFile(back)];
    await expectSame(one, other, known);
    await expectGoesOn(one, other);
    await one.close();
    await other.close();
  });

  it('refuses a database that holds something, and leaves it alone', async () => {
    const path = join(tempFolder(), 'from.db');
    await filledFile(path);
    const taken = await driver();
    const store = await openPostgresOn(taken, { clock: realClock, acceptLoss: true });
    await store.accept([acceptance()], NOW);
    await store.close();
    await expect(openPostgresTarget(taken, realClock)).rejects.toThrow(NotEmpty);
  });

  it('refuses a database on which a node is alive, either way', async () => {
    const busy = await driver();
    const store = await openPostgresOn(busy, { clock: realClock, acceptLoss: true });
    const beat = { owner: 'n1', leaseMs: 60_000, address: 'http://10.0.0.1:7670', roles: ['api'], connectors: [] };
    await store.heartbeat(beat, realClock.now());
    await expect(openPostgresSource(busy)).rejects.toThrow(StoreLocked);
    await expect(openPostgresTarget(busy, realClock)).rejects.toThrow('http://10.0.0.1:7670');
    await store.leave('n1', realClock.now());
    await store.close();
    await (await openPostgresSource(busy)).close();
  });

  it('leaves nothing behind when it fails half-way', async () => {
    const path = join(tempFolder(), 'from.db');
    await filledFile(path);
    const target = await driver();
    const source = openSqliteSource(path);
    const into = await openPostgresTarget(target, realClock);
    const failing = transfer(source, into, ({ table }) => {
      if (table === 'attempts') throw new Error('the cable is out');
    });
    await expect(failing).rejects.toThrow('the cable is out');
    await into.close();
    await source.close();
    await (await openPostgresTarget(target, realClock)).close();
  });
}

/** Every row of every table but the log of migrations, as text in one order. */
function dump(path: string): Record<string, string[]> {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = ['accounts', 'senders', 'messages', 'lanes', 'work', 'parts', 'parked', 'attempts', 'counters'];
  const rows = [...tables, 'sqlite_sequence'].map((table): [string, string[]] => [
    table,
    db
      .prepare(`select * from ${table}`)
      .all()
      .map((row) => JSON.stringify(row))
      .filter((text) => !text.includes('"n":0'))
      .sort(),
  ]);
  db.close();
  return Object.fromEntries(rows);
}

describe('a store moved to PGlite and back', () => {
  const database = new PgliteDatabase();
  beforeAll(() => database.reset(), 60_000);
  afterAll(() => database.close());
  engineCases(async () => {
    await database.reset();
    return database;
  });
});

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED a store moved to a real PostgreSQL and back: ${reason}`);

describe.skipIf(reason !== null)('a store moved to PostgreSQL and back', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server?.close());
  engineCases(async () => new PgDriver(await server.createDatabase()));
});

describe('a store in a file', () => {
  it('is not copied while a server is on it', async () => {
    const path = join(tempFolder(), 'from.db');
    const store = await openFile(path);
    expect(() => openSqliteSource(path)).toThrow(StoreLocked);
    await store.close();
    await openSqliteSource(path).close();
  });

  it('is never written over', async () => {
    const path = join(tempFolder(), 'from.db');
    await filledFile(path);
    expect(() => openSqliteTarget(path)).toThrow(NotEmpty);
  });
});
