import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pidge, tempFolder } from './run.ts';

const VERSION = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version as string;

it('help starts with examples and fits 100 columns', async () => {
  const { code, out } = await pidge(['--help'], tempFolder());
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toBe('Examples');
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

it('the version goes to stdout', async () => {
  expect(await pidge(['--version'], tempFolder())).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
});

it('a mistyped command names the nearest and ends with 2', async () => {
  const { code, out, err } = await pidge(['explian', '30003'], tempFolder());
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('Did you mean pidge explain?');
});

it('a mistyped option ends with 2', async () => {
  const { code, err } = await pidge(['dev', '--prot', '1'], tempFolder());
  expect(code).toBe(2);
  expect(err).toContain('--port');
});

it('wrong settings end with 3, each with its place and the nearest name', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'pidge.toml'), '\n\n[http]\nprot = 1\n');
  const { code, err } = await pidge(['dev'], folder, { PIDGE_HTTP_HOTS: 'x' });
  expect(code).toBe(3);
  expect(err).toContain('pidge.toml:4 http.prot is not a setting. Did you mean http.port?');
  expect(err).toContain('PIDGE_HTTP_HOTS is not a setting. Did you mean PIDGE_HTTP_HOST?');
});

it('serve without a master key ends with 3 and says how to make one', async () => {
  const { code, err } = await pidge(['serve', '--port', '0'], tempFolder());
  expect(code).toBe(3);
  expect(err).toContain('PIDGE_SECRET_KEY');
  expect(err).toContain('openssl rand -base64 32');
});

it('lenience beyond loopback ends with 3', async () => {
  const { code, err } = await pidge(['dev', '--lenient', '--host', '0.0.0.0'], tempFolder());
  expect(code).toBe(3);
  expect(err).toContain('loopback');
});

it('explain tells what a code means, as text and as JSON, without a server', async () => {
  const text = await pidge(['explain', '30003'], tempFolder());
  expect(text.code).toBe(0);
  expect(text.out).toMatch(/^30003 {2}\S/);
  expect(text.out).not.toContain('\u001b');
  const json = await pidge(['explain', '21211', '--json'], tempFolder());
  expect(JSON.parse(json.out)).toMatchObject({ code: 21211, status: 400 });
});

it('explain of no code ends with 6', async () => {
  const { code, out, err } = await pidge(['explain', '3x3'], tempFolder());
  expect([code, out]).toEqual([6, '']);
  expect(err).toContain('not a code');
});

it('ready gives up with 7 when nobody answers', async () => {
  const { code, err } = await pidge(['ready', '--wait', '200ms', '--url', 'http://127.0.0.1:1'], tempFolder());
  expect(code).toBe(7);
  expect(err).toContain('not ready');
});

it('send to nobody says how to start a server', async () => {
  const args = ['send', '--to', '+12025550101', '--body', 'x', '--url', 'http://127.0.0.1:1'];
  const { code, err } = await pidge(args, tempFolder());
  expect(code).toBe(6);
  expect(err).toContain('pidge dev');
});

it('verify without a database ends with 6 and makes none', async () => {
  const folder = tempFolder();
  expect((await pidge(['verify'], folder)).code).toBe(6);
  expect(statSync(join(folder, '.pidge'), { throwIfNoEntry: false })).toBeUndefined();
});
