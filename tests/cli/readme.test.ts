import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import twilio from 'twilio';
import { expect, it } from 'vitest';
import { devServer, ended, tempFolder } from './run.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const TOKEN = '00000000000000000000000000000001';

it('the SDK lines of the README run as they stand, and both callbacks verify', async () => {
  const heard: { status: string; genuine: boolean }[] = [];
  let port = 0;
  const app = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const parameters = Object.fromEntries(new URLSearchParams(body));
    const signature = String(request.headers['x-twilio-signature']);
    const url = `http://localhost:${port}${request.url}`;
    heard.push({
      status: parameters.MessageStatus ?? '',
      genuine: twilio.validateRequest(TOKEN, signature, url, parameters),
    });
    response.writeHead(204).end();
    if (heard.length === 2) app.emit('both');
  });
  app.listen(0, 'localhost');
  await once(app, 'listening');
  port = (app.address() as { port: number }).port;
  const both = once(app, 'both');

  const { url, lines } = await devServer(tempFolder());
  // Only the ports differ: others may hold the README's on this machine.
  const code = (/```js\n([\s\S]*?)```/.exec(README)?.[1] ?? '')
    .replace('http://localhost:7670', url)
    .replace('localhost:3000', `localhost:${port}`);
  expect(code.trim().split('\n')).toHaveLength(4);
  // Beside node_modules, where an app's import of `twilio` would be resolved.
  const script = join(ROOT, 'tests', 'cli', `readme-${process.pid}.tmp.mjs`);
  writeFileSync(script, code);
  try {
    const ran = await ended(spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] }));
    expect(ran).toMatchObject({ code: 0, err: '' });
    await both;
  } finally {
    rmSync(script);
    app.close();
  }
  expect(heard).toEqual([
    { status: 'sent', genuine: true },
    { status: 'delivered', genuine: true },
  ]);
  await lines.until(/← callback delivered/);
});

it('names the commands that work, and only files that exist', () => {
  expect(README).toContain('npm ci && npm start');
  expect(README).toContain('npm ci && npm test');
  expect(README).toContain('Twilio-compatible, not affiliated with Twilio Inc.');
  const links = [...README.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
});

it('every folder of src has its line in the architecture', () => {
  const text = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
  const folders = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(ROOT, 'src').length + 1))
    // Rooms of the browser's side are told in the one line of the console.
    .filter((folder) => !folder.startsWith('console/'));
  expect(folders.filter((folder) => !text.includes(`\`${folder}/\``))).toEqual([]);
});
