/** How PostgreSQL's own programs are called, and how a copy tells how it gets on. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { copyProgress, grouped, progressLine, sizeOf, spanOf } from '../../src/cli/db-progress.ts';
import { commandFor, libpqEnvironment, runTool } from '../../src/cli/db-tools.ts';
import { tempFolder } from './run.ts';

const URL_OF_TWO = 'postgres://me:p%40ss%2Fword@one:5432,two:5433/pidge?sslmode=no-verify&options=-c%20jit%3Doff';

it('leads libpq to every host of a url, with what stands in it decoded', () => {
  expect(libpqEnvironment(URL_OF_TWO)).toEqual({
    PGHOST: 'one,two',
    PGPORT: '5432,5433',
    PGUSER: 'me',
    PGPASSWORD: 'p@ss/word',
    PGDATABASE: 'pidge',
    PGSSLMODE: 'require',
    PGOPTIONS: '-c jit=off',
    PGTARGETSESSIONATTRS: 'read-write',
    PGAPPNAME: 'pidge',
  });
  expect(libpqEnvironment('postgres:///pidge?host=/var/run/postgresql')).toMatchObject({
    PGHOST: '/var/run/postgresql',
    PGDATABASE: 'pidge',
  });
  expect(libpqEnvironment('postgresql://me@[::1]/pidge')).toMatchObject({ PGHOST: '::1', PGPORT: '5432' });
  expect(libpqEnvironment('postgresql://me@[::1]/pidge')).not.toHaveProperty('PGPASSWORD');
});

it('gives a program the password by its environment, never on its command line', async () => {
  const folder = tempFolder();
  const seen = join(folder, 'seen');
  writeFileSync(join(folder, 'pg_dump'), `#!/bin/sh\necho "$@" > ${seen}\necho "$PGPASSWORD" >> ${seen}\necho done\n`);
  chmodSync(join(folder, 'pg_dump'), 0o755);
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  try {
    expect(await runTool('pg_dump', ['--file=x'], URL_OF_TWO)).toBe('done\n');
  } finally {
    vi.unstubAllEnvs();
  }
  expect(readFileSync(seen, 'utf8')).toBe('--file=x\np@ss/word\n');
});

it('says what to run elsewhere when a program is missing, without the password', async () => {
  vi.stubEnv('PATH', tempFolder());
  try {
    const failing = runTool('pg_dump', ['--file=x'], URL_OF_TWO);
    await expect(failing).rejects.toMatchObject({ name: 'CliError', code: 3 });
    await expect(failing).rejects.toThrow(
      'pg_dump --host=one,two --port=5432,5433 --username=me --dbname=pidge --file=x',
    );
    await expect(failing).rejects.not.toThrow('p@ss');
  } finally {
    vi.unstubAllEnvs();
  }
  expect(commandFor('pg_dump', [], URL_OF_TWO)).not.toContain('p@ss');
});

it('hands on the words of a program that fails', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'pg_dump'), '#!/bin/sh\necho "pg_dump: error: server version mismatch" >&2\nexit 1\n');
  chmodSync(join(folder, 'pg_dump'), 0o755);
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  try {
    await expect(runTool('pg_dump', [], URL_OF_TWO)).rejects.toThrow(
      'pg_dump ended with 1. It says:\n  pg_dump: error: server version mismatch',
    );
  } finally {
    vi.unstubAllEnvs();
  }
});

it('a line of progress has rows, share, rate and time left', () => {
  expect(progressLine({ table: 'messages', rows: 412_000, totalRows: 1_234_567 }, 8_240)).toBe(
    'messages  412 000 of 1 234 567 rows  33 %  50 000/s  16 s left',
  );
  expect(progressLine({ table: 'accounts', rows: 0, totalRows: 10 }, 1_000)).toContain('? left');
});

it('progress redraws one line on a terminal and is quiet otherwise for five seconds', () => {
  const drawn: string[] = [];
  const onTerminal = copyProgress({ isTTY: true, write: (text) => drawn.push(text) }, stepping(150));
  for (let rows = 1; rows <= 4; rows += 1) onTerminal.show({ table: 'work', rows, totalRows: 4 });
  onTerminal.end();
  expect(drawn.map((text) => text.startsWith('\r'))).toEqual([true, true, true]);
  expect(drawn.at(-1)).toBe('\r\u001b[K');
  const lines: string[] = [];
  const plain = copyProgress({ write: (text) => lines.push(text) }, stepping(3_000));
  for (let rows = 1; rows <= 4; rows += 1) plain.show({ table: 'work', rows, totalRows: 4 });
  plain.end();
  expect(lines).toEqual([
    expect.stringMatching(/^work {2}2 of 4 rows .*\n$/),
    expect.stringMatching(/^work {2}4 of 4/),
  ]);
});

/** A clock that goes on by `ms` whenever it is looked at. */
function stepping(ms: number): () => number {
  let now = 0;
  return () => {
    now += ms;
    return now - ms;
  };
}

it.each([
  [grouped(1_234_567), '1 234 567'],
  [grouped(999), '999'],
  [sizeOf(512), '512 B'],
  [sizeOf(1_400), '1.4 kB'],
  [sizeOf(12_345_678), '12.3 MB'],
  [spanOf(850), '850 ms'],
  [spanOf(42_000), '42 s'],
  [spanOf(200_000), '3 min'],
  [spanOf(18_000_000), '5 h'],
  [spanOf(1_000_000_000), '12 d'],
])('%s is written %s', (written, wanted) => expect(written).toBe(wanted));
