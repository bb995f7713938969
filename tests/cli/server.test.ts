import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { devServer, ended, output, pidge, start, tempFolder } from './run.ts';

it('dev greets, carries a message, shows its walk, and stops cleanly', async () => {
  const folder = tempFolder();
  const server = await devServer(folder);
  expect(server.banner).toContain('SIMULATED: nothing leaves this machine');
  expect(server.banner).toContain('AC00000000000000000000000000000001   token 00000000000000000000000000000001');
  expect(Math.max(...server.banner.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(server.banner).not.toContain('\u001b');

  const args = ['--to', '+12025550101', '--body', 'Your code is 482913', '--wait', 'delivered', '--url', server.url];
  const sent = await pidge(['send', ...args], folder);
  expect(sent.err).toBe('');
  expect(sent.code).toBe(0);
  const sid = /^(SM[0-9a-f]{32}) {2}delivered/.exec(sent.out)?.[1] ?? '';
  expect(sid).not.toBe('');

  const live = await server.lines.until(/queued → sending → sent → delivered/);
  expect(live).toContain('→ 201  ');
  expect(live).toContain('"Your code is 482913"  1 seg GSM-7');

  const tail = await pidge(['tail', '--no-follow', '--json', '--url', server.url], folder);
  expect(JSON.parse(tail.out)).toMatchObject({ sid, status: 'delivered' });
  expect((await pidge(['ready', '--url', server.url], folder)).code).toBe(0);

  const verified = await pidge(['verify'], folder);
  expect(verified).toMatchObject({ code: 0, out: '' });
  expect(verified.err).toContain('0 findings');

  const end = ended(server.child);
  server.child.kill('SIGTERM');
  expect((await end).code).toBe(0);
  expect(statSync(join(folder, '.pidge/secret.key')).mode & 0o777).toBe(0o600);
});

it('send says what the server refused and ends with 9, or 5 for wrong credentials', async () => {
  const folder = tempFolder();
  const { url } = await devServer(folder);
  const refused = await pidge(['send', '--to', '+1202555010', '--body', 'x', '--url', url], folder);
  expect(refused.code).toBe(9);
  expect(refused.err).toMatch(/^21211 /);
  const token = { TWILIO_AUTH_TOKEN: 'wrong' };
  expect((await pidge(['send', '--to', '+12025550101', '--body', 'x', '--url', url], folder, token)).code).toBe(5);
});

it('send --wait ends with 9 and the code when the message ends otherwise', async () => {
  const folder = tempFolder();
  const { url } = await devServer(folder);
  const args = ['send', '--to', '+15005530003', '--body', 'x', '--wait', 'delivered', '--url', url];
  const { code, err } = await pidge(args, folder);
  expect(code).toBe(9);
  expect(err).toContain('30003');
});

it('takes the account of the app that it serves', async () => {
  const env = { TWILIO_ACCOUNT_SID: `AC${'b'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'of-the-app' };
  const folder = tempFolder();
  const { banner, url } = await devServer(folder, [], env);
  expect(banner).toContain(`AC${'b'.repeat(32)}   token of-the-app`);
  expect((await pidge(['send', '--to', '+12025550101', '--body', 'x', '--url', url], folder, env)).code).toBe(0);
});

it('a database that another master key has sealed ends with 3 and says which key is wanted', async () => {
  const folder = tempFolder();
  const { child } = await devServer(folder);
  const end = ended(child);
  child.kill('SIGTERM');
  await end;
  const key = { PIDGE_SECRET_KEY: 'another key for tests, also 32 long' };
  const { code, err } = await pidge(['dev', '--port', '0'], folder, key);
  expect([code, err]).toEqual([3, expect.stringContaining('was sealed with another master key')]);
  expect(err).not.toContain('This is a bug');
});

it('a taken port ends with 4 and names the holder', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const { code, err } = await pidge(['dev', '--port', String(port)], tempFolder());
  holder.close();
  expect(code).toBe(4);
  expect(err).toContain(`Port ${port} is taken by`);
  expect(err).toContain(`--port ${port + 1}`);
  if (process.platform === 'linux') expect(err).toContain(`(pid ${process.pid})`);
});

it('a start that hangs ends at once when it is told to', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const env = { PIDGE_SECRET_KEY: 'k'.repeat(40), PIDGE_DATABASE: `postgres://pidge:x@127.0.0.1:${port}/pidge` };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    const child = start(['serve', '--port', '0'], tempFolder(), env);
    const end = ended(child);
    const [socket] = (await once(silent, 'connection')) as [Socket];
    onTestFinished(() => void socket.destroy());
    child.kill(name);
    expect((await end).code).toBe(130);
  }
});

it('a second server on the same data folder ends with 4 and leaves the first alone', async () => {
  const folder = tempFolder();
  const first = await devServer(folder);
  const { code, err } = await pidge(['dev', '--port', '0'], folder);
  expect(code).toBe(4);
  expect(err).toMatch(/ is in use by another pidge\. Stop that one, or use: pidge \w+ --data OTHER_FOLDER\n/);
  expect((await pidge(['ready', '--url', first.url], folder)).code).toBe(0);
});

it('serve shows a token that it made once, and never again', async () => {
  const folder = tempFolder();
  const env = { PIDGE_SECRET_KEY: 'k'.repeat(40) };
  const first = start(['serve', '--port', '0'], folder, env);
  const banner = await output(first).until(/shown once/);
  const token = /token ([0-9a-f]{32})/.exec(banner)?.[1] ?? '';
  expect(token).not.toBe('');
  const end = ended(first);
  first.kill('SIGINT');
  expect((await end).code).toBe(0);
  const again = start(['serve', '--port', '0'], folder, env);
  expect(await output(again).until(/Account +AC.*\n/)).not.toContain('token');
  expect(readFileSync(join(folder, '.pidge/serve.db')).includes(token)).toBe(false);
});

it('a command that asks a serve without its account says what to set, and that it has no phones', async () => {
  const folder = tempFolder();
  const child = start(['serve', '--port', '0'], folder, { PIDGE_SECRET_KEY: 'k'.repeat(40) });
  const url = /http:\/\/\S+/.exec(await output(child).until(/API base +http\S+\n/))?.[0] ?? '';
  const tail = await pidge(['tail', '--no-follow', '--url', url], folder);
  expect([tail.code, tail.err]).toEqual([5, expect.stringContaining('Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.')]);
  const phone = await pidge(['phone', 'send', '+12025550101', 'Hi', '--url', url], folder);
  expect([phone.code, phone.err]).toEqual([9, expect.stringContaining('Only pidge dev has phones.')]);
});

it('--json writes one object a line to stdout and the banner to stderr', async () => {
  const child = start(['dev', '--port', '0', '--json'], tempFolder());
  const ready = await output(child).until(/\n/);
  expect(JSON.parse(ready)).toMatchObject({
    type: 'ready',
    mode: 'dev',
    accountSid: 'AC00000000000000000000000000000001',
  });
});
