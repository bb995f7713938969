/** What the guides tell one to type works: commands, settings, links, and the SQL that drops a month. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { KEYS, variableOf } from '../../src/config-keys.ts';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { openPostgresOn } from '../../src/store/postgres/open.ts';
import { pidge, tempFolder } from '../cli/run.ts';
import { ACCOUNT, claim, claimCallbacks, finished, NOW, walkToSent } from '../contract/store.fixtures.ts';
import { PgliteDatabase } from '../helpers/pglite.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/guides');
const guides = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));

it('every command and option that a guide shows is one', async () => {
  const shown = new Set<string>();
  for (const { text } of guides) {
    for (const [, command = ''] of text.matchAll(
      /\bpidge ((?:db )?(?:status|backup|restore|copy|migrate|verify|ready|serve))\b/g,
    )) {
      shown.add(command);
    }
  }
  expect(shown.size).toBeGreaterThan(5);
  const help = new Map<string, string>();
  for (const command of shown) {
    const { code, out } = await pidge([...command.split(' '), '--help'], tempFolder());
    expect([command, code]).toEqual([command, 0]);
    help.set(command, out);
  }
  for (const { text } of guides) {
    const uses = text.matchAll(
      /\bpidge ((?:db )?(?:status|backup|restore|copy|migrate|verify|ready|serve))\b([^`\n]*)/g,
    );
    for (const [, command = '', rest = ''] of uses) {
      for (const [option] of rest.matchAll(/--[a-z-]+/g))
        expect([command, help.get(command)]).toEqual([command, expect.stringContaining(option)]);
    }
  }
});

it('every setting that a guide names is one', () => {
  const known = KEYS.flatMap(({ path, alias }) => [variableOf(path), ...(alias ? [alias] : [])]);
  for (const { name, text } of guides) {
    const named = [...text.matchAll(/\bPIDGE_[A-Z_]+\b/g)].map(([variable]) => variable.replace(/_FILE$/, ''));
    expect([name, named.filter((variable) => !known.includes(variable))]).toEqual([name, []]);
  }
});

it('every link leads to a file', () => {
  for (const { name, text } of guides) {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    const files = [...text.matchAll(/`((?:src|docs|bench|secrets)\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect([name, links.filter((link) => !existsSync(join(dirname(join(FOLDER, name)), link)))]).toEqual([name, []]);
    const inRepository = files.filter((file) => !file.startsWith('secrets/'));
    expect([name, inRepository.filter((file) => !existsSync(resolve(FOLDER, '../..', file)))]).toEqual([name, []]);
  }
});

it('the SQL that drops a month leaves a sound store without that month', async () => {
  const database = new PgliteDatabase();
  const store = await openPostgresOn(database, { clock: new HandWoundClock(NOW), acceptLoss: true });
  const old = await walkToSent(store, 'old', { numSegments: 2 });
  for (const carrierId of ['old0', 'old1'])
    await store.receive([{ connector: 'sim', carrierId, state: 'delivered' }], NOW);
  for (let round = 0; round < 2; round += 1) {
    await store.finishCallbacks(
      (await claimCallbacks(store, NOW)).map((work) => finished(work)),
      NOW,
    );
  }
  const february = NOW + 31 * 86_400_000;
  const kept = await walkToSent(store, 'kept', {}, february);
  expect(await claim(store, february)).toEqual([]);
  expect(await store.attempts({ accountSid: ACCOUNT, limit: 10 })).toHaveLength(2);

  const scaling = guides.find(({ name }) => name === 'scaling.md')?.text ?? '';
  const blocks = [...scaling.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);
  expect(blocks).toHaveLength(3);
  const connection = await database.connect();
  for (const statement of blocks.flatMap((sql) => sql.replaceAll(/--.*$/gm, '').split(';'))) {
    if (statement.trim() === '') continue;
    const rows = await connection.query(statement.trim());
    // What must be 0 before one goes on.
    if (statement.includes('select count(*) from')) expect([statement, rows]).toEqual([statement, [[0]]]);
  }
  await connection.close();

  expect(await store.verify()).toEqual([]);
  expect(await store.message(ACCOUNT, old.sid)).toBeNull();
  expect(await store.attempts({ accountSid: ACCOUNT, limit: 10 })).toEqual([]);
  expect((await store.messages({ accountSid: ACCOUNT, size: 10 })).messages.map(({ sid }) => sid)).toEqual([kept.sid]);
  expect((await store.stats()).messagesByStatus).toEqual({ sent: 1 });
  await store.close();
  await database.close();
});
