import { describe, expect, it } from 'vitest';
import type { AuditEntry, ConsoleSession } from '../../src/store/console-shapes.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, NOW, OTHER } from './store.fixtures.ts';

const HOUR_MS = 3_600_000;

function session(hash: string, changes: Partial<ConsoleSession> = {}): ConsoleSession {
  return { hash, user: 'admin', stamp: 'one', createdAt: NOW, expiresAt: NOW + HOUR_MS, ...changes };
}

function entry(path: string, changes: Partial<AuditEntry> = {}): AuditEntry {
  const rest = { at: NOW, user: 'admin', role: 'operator' as const, address: '::1', verb: 'POST', accountSid: ACCOUNT };
  return { ...rest, path, status: 201, ...changes };
}

/** The part of the store's contract about the console. */
export function storeConsoleContract(current: () => Store): void {
  const paths = async (query: Partial<Parameters<Store['audit']>[0]> = {}) =>
    (await current().audit({ since: 0, limit: 100, ...query })).map(({ path }) => path);

  describe('sessions of the console', () => {
    it('are found by their hash until they are closed, and an end that is moved late opens none again', async () => {
      const one = session('a'.repeat(64));
      await current().changeConsole({ kind: 'open', session: one }, NOW);
      expect(await current().consoleSession(one.hash)).toEqual(one);
      expect(await current().consoleSession('b'.repeat(64))).toBeNull();
      await current().changeConsole({ kind: 'extend', hash: one.hash, expiresAt: NOW + 2 * HOUR_MS }, NOW);
      expect(await current().consoleSession(one.hash)).toMatchObject({ expiresAt: NOW + 2 * HOUR_MS });
      await current().changeConsole({ kind: 'close', hash: one.hash }, NOW);
      await current().changeConsole({ kind: 'extend', hash: one.hash, expiresAt: NOW + 3 * HOUR_MS }, NOW);
      expect(await current().consoleSession(one.hash)).toBeNull();
    });

    it('that are over are forgotten, others stay', async () => {
      await current().changeConsole({ kind: 'open', session: session('over', { expiresAt: NOW + 5 }) }, NOW);
      await current().changeConsole({ kind: 'open', session: session('open', { expiresAt: NOW + 6 }) }, NOW);
      await current().changeConsole({ kind: 'forget', auditBefore: 0 }, NOW + 5);
      expect(await current().consoleSession('over')).toBeNull();
      expect(await current().consoleSession('open')).not.toBeNull();
    });
  });

  describe('the audit', () => {
    it('is read newest first, page by page, by account and by user', async () => {
      const entries = [
        entry('/one'),
        entry('/two', { accountSid: OTHER, user: 'ünï', role: 'viewer', status: 403 }),
        entry('/three', { accountSid: null, role: 'unknown', verb: 'DELETE', taken: { query: 'q=to:ünï', count: 3 } }),
      ];
      await current().changeConsole({ kind: 'audit', entries }, NOW);
      const all = await current().audit({ since: 0, limit: 10 });
      expect(all.map(({ id: _id, ...rest }) => rest)).toEqual(entries.toReversed());
      expect(await paths({ limit: 2 })).toEqual(['/three', '/two']);
      expect(await paths({ before: all[1]?.id })).toEqual(['/one']);
      expect(await paths({ accountSid: OTHER })).toEqual(['/two']);
      expect(await paths({ user: 'admin' })).toEqual(['/three', '/one']);
    });

    it('is not shown from before a time, and is forgotten from before another', async () => {
      for (const at of [NOW, NOW + 1, NOW + 2]) {
        await current().changeConsole({ kind: 'audit', entries: [entry(`/${at - NOW}`, { at })] }, at);
      }
      expect(await paths({ since: NOW + 1 })).toEqual(['/2', '/1']);
      await current().changeConsole({ kind: 'forget', auditBefore: NOW + 2 }, NOW + 2);
      expect(await paths()).toEqual(['/2']);
    });
  });
}

/** With several connections. */
export function storeConsoleManyContract(several: () => { a: Store; b: Store }): void {
  it('a session that one node opens is known to the other, and ends for both at once', async () => {
    const { a, b } = several();
    const one = session('c'.repeat(64));
    await a.changeConsole({ kind: 'open', session: one }, NOW);
    expect(await b.consoleSession(one.hash)).toEqual(one);
    await b.changeConsole({ kind: 'close', hash: one.hash }, NOW);
    expect(await a.consoleSession(one.hash)).toBeNull();
  });
}
