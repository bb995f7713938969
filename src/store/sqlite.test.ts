import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACCOUNT, acceptance, claim, NOW, walkToSent } from '../../tests/contract/store.fixtures.ts';
import { HandWoundClock } from '../domain/clock.ts';
import { openSqlite, openSqliteReader, type SqliteSettings } from './sqlite.ts';
import { type Store, StoreLocked, StoreUnavailable } from './store.ts';

let folder: string;
let path: string;
let fatal: Error[];
const opened: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pidge-test-'));
  path = join(folder, 'data', 'pidge.db');
  fatal = [];
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(changes: Partial<SqliteSettings> = {}): Promise<Store> {
  const store = await openSqlite({
    path,
    clock: new HandWoundClock(),
    onFatal: (error) => fatal.push(error),
    ...changes,
  });
  opened.push(store);
  return store;
}

/** Runs `text` in a process of its own with `store` open, to the end. Answers its signal and what it printed. */
async function elsewhere(text: string, changes: Partial<SqliteSettings> = {}) {
  const here = import.meta.url;
  const script = `
    const { openSqlite } = await import(${JSON.stringify(new URL('./sqlite.ts', here).href)});
    const { HandWoundClock } = await import(${JSON.stringify(new URL('../domain/clock.ts', here).href)});
    const { acceptance, NOW } = await import(${JSON.stringify(new URL('../../tests/contract/store.fixtures.ts', here).href)});
    const store = await openSqlite({ path: ${JSON.stringify(path)}, clock: new HandWoundClock(),
      onFatal() { process.exit(70); }, ...${JSON.stringify(changes)} });
    ${text}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stderr.resume();
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  return new Promise<{ code: number | null; signal: string | null; out: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out }));
  });
}

describe('the file', () => {
  it('outlives a close, is for its owner alone, and finds what it held', async () => {
    const first = await open();
    const made = acceptance();
    await first.accept([made], NOW);
    await first.close();
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(folder, 'data'))) {
      expect([name, statSync(join(folder, 'data', name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(await (await open()).message(ACCOUNT, made.message.sid)).toEqual(made.message);
  });

  it('in memory leaves nothing behind', async () => {
    // A folder for temporary files of its own: other tests make some of theirs meanwhile.
    const own = mkdtempSync(join(tmpdir(), 'pidge-tmp-'));
    vi.stubEnv('TMPDIR', own);
    const store = await open({ path: ':memory:' });
    expect(readdirSync(own)).toHaveLength(1);
    await store.close();
    vi.unstubAllEnvs();
    expect(readdirSync(own)).toEqual([]);
    rmSync(own, { recursive: true });
  });

  it('is refused to a second opener until the first has closed, with its path named', async () => {
    const first = await open();
    const refusal = open();
    await expect(refusal).rejects.toBeInstanceOf(StoreLocked);
    await expect(refusal).rejects.toThrow(path);
    expect((await elsewhere('')).code).toBe(1);
    await first.close();
    await open();
  });

  it('can be verified by a reader while another holds it', async () => {
    const store = await open();
    await store.accept([acceptance()], NOW);
    const reader = openSqliteReader(path);
    expect((await reader.stats()).messagesByStatus).toEqual({ queued: 1 });
    expect(await reader.verify()).toEqual([]);
    await reader.close();
  });

  it('that does not exist is not made by a reader', () => {
    expect(() => openSqliteReader(path)).toThrow(`There is no store at ${path}`);
  });

  it('that is damaged is refused with a sentence', async () => {
    const store = await open();
    for (let round = 0; round < 20; round += 1) await store.accept([acceptance({ body: 'x'.repeat(900) })], NOW);
    await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 4096, 4096 * 6);
    writeFileSync(path, bytes);
    await expect(open()).rejects.toThrow(/cannot be opened/);
    truncateSync(path, 50);
    await expect(open()).rejects.toThrow(/cannot be opened/);
  });

  it('that a newer version wrote is refused and left alone', async () => {
    await (await open()).close();
    const db = new DatabaseSync(path);
    db.exec("insert into kysely_migration values ('9999-later', '2030-01-01T00:00:00.000Z')");
    db.close();
    await expect(open()).rejects.toThrow(/newer Pidge \(it has 9999-later\)/);
  });

  it.each(['migrate.before-step', 'migrate.after-step'] as const)(
    'is migrated again after a kill at %s',
    async (point) => {
      const killed = await elsewhere('', { faults: [{ point, hit: 1, action: 'kill' }] });
      expect(killed.signal).toBe('SIGKILL');
      const store = await open();
      await store.accept([acceptance()], NOW);
      expect(await store.verify()).toEqual([]);
    },
  );
});

describe('durability', () => {
  it.each([
    ['accept.before-commit', null],
    ['accept.after-commit', 'queued'],
  ] as const)('a kill at %s leaves the message %s', async (point, expected) => {
    const made = acceptance();
    const killed = await elsewhere(`await store.accept([${JSON.stringify(made)}], NOW); console.log('acknowledged');`, {
      faults: [{ point, hit: 1, action: 'kill' }],
    });
    expect(killed).toEqual({ code: null, signal: 'SIGKILL', out: '' });
    expect((await (await open()).message(ACCOUNT, made.message.sid))?.status ?? null).toBe(expected);
  });

  it('an answer before the commit, the planted fault, loses what it acknowledged', async () => {
    const made = acceptance();
    const killed = await elsewhere(
      `await store.accept([${JSON.stringify(made)}], NOW); process.kill(process.pid, 'SIGKILL');`,
      { ackBeforeCommit: true },
    );
    expect(killed.signal).toBe('SIGKILL');
    expect(await (await open()).message(ACCOUNT, made.message.sid)).toBeNull();
  });

  it('a full disk refuses new messages, keeps the old, and goes on when there is room', async () => {
    const store = await open({ maxPages: 110 });
    const answers = [];
    for (let round = 0; round < 100; round += 1) {
      answers.push(
        (
          await Promise.allSettled([
            store.accept([acceptance({ body: 'x'.repeat(3_000), status: 'failed', errorCode: 30001 })], NOW),
          ])
        )[0],
      );
    }
    const refused = answers.filter((answer) => answer?.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.status === 'rejected' && refused[0].reason).toBeInstanceOf(StoreUnavailable);
    const { messages } = await store.messages({ accountSid: ACCOUNT, size: 100 });
    expect(messages).toHaveLength(100 - refused.length);
    await store.change(
      messages.slice(0, 20).map(({ sid }) => ({ accountSid: ACCOUNT, sid, verb: 'remove' }) as const),
      NOW,
    );
    await store.accept([acceptance()], NOW);
    expect(await store.verify()).toEqual([]);
    expect(fatal).toEqual([]);
  });

  it('a failed sync ends the store: nothing of the group is answered, nothing is tried again', async () => {
    const store = await open({ faults: [{ point: 'accept.before-commit', hit: 1, action: 'throw', errcode: 1034 }] });
    await expect(store.accept([acceptance()], NOW)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(fatal).toHaveLength(1);
    await expect(store.accept([acceptance()], NOW)).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('a fault of ours inside the transaction rejects the group and leaves the store usable', async () => {
    const store = await open({ faults: [{ point: 'claim.before-commit', hit: 1, action: 'throw' }] });
    await store.accept([acceptance()], NOW);
    await expect(claim(store, NOW)).rejects.toThrow('Planted fault at claim.before-commit');
    expect(await claim(store, NOW)).toHaveLength(1);
  });

  it('calls made before a close complete, those after it are refused', async () => {
    const store = await open();
    const accepted = store.accept([acceptance()], NOW);
    const closed = store.close();
    await expect(store.accept([acceptance()], NOW)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await accepted).toMatchObject([{ ok: true }]);
    await closed;
  });
});

describe('privacy', () => {
  const everywhere = () =>
    readdirSync(join(folder, 'data'))
      .map((name) => readFileSync(join(folder, 'data', name), 'latin1'))
      .join('');

  it.each(['redact', 'remove'] as const)('no file holds the body any more after %s', async (verb) => {
    const store = await open();
    // Rows that grow move from page to page; every copy left behind on the way would be found here.
    const sids: string[] = [];
    for (let index = 0; index < 300; index += 1) {
      const body = `secret-${index}-${'s'.repeat(index % 7 === 0 ? 1_500 : index % 160)}`;
      const { sid } = await walkToSent(store, `c${index}-`, { body, callbackUrl: null }, NOW + index);
      sids.push(sid);
      await store.receive([{ connector: 'sim', carrierId: `c${index}-0`, state: 'delivered' }], NOW + index);
    }
    expect(everywhere()).toContain('secret-');
    const order = [...sids.filter((_, index) => index % 3 === 0), ...sids.filter((_, index) => index % 3 !== 0)];
    for (let first = 0; first < order.length; first += 10) {
      const batch = order.slice(first, first + 10).map((sid) => ({ accountSid: ACCOUNT, sid, verb }) as const);
      expect((await store.change(batch, NOW)).every(({ kind }) => kind === 'done')).toBe(true);
    }
    expect(everywhere().match(/secret-\d+|ssssss/g)).toBeNull();
  });
});
