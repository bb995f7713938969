/** Which store `pidge db` and `pidge verify` look after when nobody says, and what they say when there is none. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { fillFile } from '../helpers/whole-store.ts';
import { devServer, pidge, tempFolder } from './run.ts';

async function folderWith(...modes: string[]): Promise<string> {
  const folder = tempFolder();
  for (const mode of modes) await fillFile(join(folder, '.pidge', `${mode}.db`));
  return folder;
}

it('without a mode the store of serve is meant where it is the only one, also to be restored', async () => {
  const folder = await folderWith('serve');
  const shown = await pidge(['db', 'status'], folder);
  expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/^database +\.pidge\/serve\.db$/m)]);
  expect((await pidge(['verify'], folder)).err).toContain('.pidge/serve.db: ');
  expect((await pidge(['db', 'migrate', '--check'], folder)).out).toContain(
    '.pidge/serve.db: the schema is up to date',
  );
  const made = await pidge(['db', 'backup', 'monday.db'], folder);
  expect([made.code, made.out]).toEqual([0, expect.stringContaining('.pidge/serve.db is in monday.db')]);
  const db = new DatabaseSync(join(folder, '.pidge/serve.db'));
  db.exec("update counters set n = n + 1 where name = 'sent'");
  db.close();
  const put = await pidge(['db', 'restore', 'monday.db', '--force'], folder);
  expect([put.code, put.out]).toEqual([0, expect.stringContaining('monday.db is restored to .pidge/serve.db')]);
  expect((await pidge(['db', 'backup', 'tuesday.db'], folder)).code).toBe(0);
  expect(existsSync(join(folder, '.pidge/dev.db'))).toBe(false);
  const onto = await pidge(['db', 'copy', '--from', '.pidge/serve.db'], folder);
  expect([onto.code, onto.err]).toEqual([2, expect.stringContaining('onto itself')]);
});

it('where both stores are, nothing is done until one is named: by mode, database or environment', async () => {
  const folder = await folderWith('dev', 'serve');
  const commands = [['db', 'status'], ['db', 'migrate'], ['db', 'backup', 'a.db'], ['verify']];
  for (const args of commands) {
    const { code, out, err } = await pidge(args, folder);
    expect([args, code, out]).toEqual([args, 2, '']);
    expect(err).toContain('--mode serve, --mode dev, or --database FILE');
  }
  await pidge(['db', 'backup', 'a.db', '--mode', 'dev'], folder);
  const put = await pidge(['db', 'restore', 'a.db', '--force'], folder);
  expect([put.code, put.out]).toEqual([2, '']);
  for (const [args, env] of [
    [['--mode', 'serve'], {}],
    [['--database', '.pidge/serve.db'], {}],
    [[], { PIDGE_MODE: 'serve' }],
    [[], { PIDGE_DATABASE: '.pidge/serve.db' }],
  ] satisfies [string[], Record<string, string>][]) {
    const { code, out } = await pidge(['db', 'status', ...args], folder, env);
    expect([code, out]).toEqual([0, expect.stringMatching(/^database +\.pidge\/serve\.db$/m)]);
  }
});

it('where no store is, a restore says whose it makes', async () => {
  const folder = await folderWith('serve');
  await pidge(['db', 'backup', 'a.db'], folder);
  const put = await pidge(['db', 'restore', 'a.db', '--data', 'new'], folder);
  expect([put.code, put.out]).toEqual([0, expect.stringContaining('restored to new/dev.db')]);
  expect(put.err).toContain(
    'new holds no store yet, so this becomes that of pidge dev. For pidge serve, add --mode serve.',
  );
  const said = await pidge(['db', 'restore', 'a.db', '--data', 'newer', '--mode', 'serve'], folder);
  expect([said.code, said.err]).toEqual([0, '']);
  expect(readdirSync(join(folder, 'newer'))).toContain('serve.db');
});

it('the remedies are those of the command, in whole sentences', async () => {
  const folder = tempFolder();
  const from = await pidge(['db', 'copy', '--from', 'nope.db', '--to', 'b.db'], folder);
  expect([from.code, from.err]).toEqual([6, 'There is no database at nope.db. Name the file to copy with --from.\n']);
  await devServer(folder);
  const busy = await pidge(['db', 'copy', '--from', '.pidge/dev.db', '--to', 'c.db'], folder);
  expect(busy.err).toContain('choose another data folder. Stop the servers on it first.');
});
