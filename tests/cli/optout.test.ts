import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { devServer, pidge, tempFolder } from './run.ts';

const SCOPE = '+12025550100';
const PEER = '+12025550101';

it('opt-outs are listed, added, removed, exported, imported and logged; nobody at first', async () => {
  const folder = tempFolder();
  const { url } = await devServer(folder);
  const run = (...args: string[]) => pidge(['optout', ...args, '--url', url], folder);

  expect(await run('list')).toMatchObject({ code: 0, out: 'Nobody has opted out.\n' });
  expect(await run('log')).toMatchObject({ code: 0, out: 'Nobody has opted out yet.\n' });
  expect((await run('export')).out).toBe('channel,scope,peer,at,source\r\n');
  expect(await run('list', '--json')).toMatchObject({ code: 0, out: '' });

  const added = await run('add', PEER, '--scope', SCOPE);
  expect([added.code, added.err]).toEqual([0, '']);
  expect(added.out).toContain(`${PEER} ✕ ${SCOPE}  sms  api`);
  expect((await run('list')).out).toBe(added.out);
  expect((await run('list', '--scope', '76767')).out).toBe('No opt-out fits.\n');
  expect(JSON.parse((await run('list', '--json', '--peer', PEER)).out)).toMatchObject({ scope: SCOPE, peer: PEER });

  expect((await run('export', 'all.csv')).out).toBe('all.csv has 1 opt-out.\n');
  const text = readFileSync(`${folder}/all.csv`, 'utf8');
  expect(text.split('\r\n')[1]).toMatch(/^sms,\+12025550100,\+12025550101,20\d\d-.*Z,api$/);
  expect((await run('export', 'all.csv')).code).toBe(2);

  expect((await run('remove', PEER, '--scope', SCOPE)).out).toContain('may be written to');
  const gone = await run('remove', PEER, '--scope', SCOPE);
  expect([gone.code, gone.out]).toEqual([6, '']);
  expect(gone.err).toMatch(/^20404 \+12025550101 has not opted out of \+12025550100/);
  expect(gone.err).toContain('pidge optout list --peer +12025550101');

  expect(await run('import', 'all.csv')).toMatchObject({ code: 0, out: '1 added, 0 there before, 0 refused.\n' });
  writeFileSync(`${folder}/bad.csv`, `peer,scope\n${PEER},${SCOPE}\nnobody,${SCOPE}\n`);
  const bad = await run('import', 'bad.csv');
  expect([bad.code, bad.out]).toEqual([9, '0 added, 1 there before, 1 refused.\n']);
  expect(bad.err).toContain('bad.csv:3: peer is "nobody"');
  expect((await run('import', 'none.csv')).code).toBe(2);
  expect((await run('add', 'nobody', '--scope', SCOPE)).err).toMatch(/^20001 /);

  const log = (await run('log')).out.split('\n').map((line) => line.split('  ').at(-1));
  expect(log).toEqual(['opt-out', 'opt-in', 'opt-out', '']);
});

it('more than a request can hold is sent in pieces, and its bad rows are told by the lines of the file', async () => {
  const folder = tempFolder();
  const { url } = await devServer(folder);
  const rows = Array.from({ length: 12_000 }, (_, index) => `${SCOPE},+1202${5_000_000 + index}\n`);
  rows[11_000] = `${SCOPE},nobody\n`;
  writeFileSync(`${folder}/many.csv`, `scope,peer\n${rows.join('')}`);
  const { out, err, code } = await pidge(['optout', 'import', 'many.csv', '--json', '--url', url], folder);
  expect([code, JSON.parse(out)]).toEqual([9, { added: 11_999, unchanged: 0, refused: 1 }]);
  expect(err).toContain('many.csv:11002: peer is "nobody"');
}, 30_000);
