import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { LinkDomain } from '../../src/domain/link-domain.ts';
import { LiveFeed } from '../../src/http/console/live-feed.ts';
import type { ConsoleParts } from '../../src/http/console/parts.ts';
import { basic, type Door, openDoor, SID, TOKEN } from './door.ts';

/** The pages of the console, and what they stand behind. */

const HTML = { authorization: '', accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const DOMAIN: LinkDomain = {
  sid: `DN${'1'.repeat(32)}`,
  base: 'https://go.example/',
  services: null,
  fallbackUrl: null,
  callbackUrl: null,
  continueOnFailure: false,
  hideScheme: false,
  ttlMs: 1_000,
};

function partsIn(folder: string): ConsoleParts {
  return {
    users: [],
    allowHosts: [],
    auditMs: 1,
    key: Buffer.alloc(32),
    folder,
    operatorSid: SID,
    reach: 'phones',
    version: '0.0.0',
    sealBodies: false,
    scheduleLimits: { scheduleMinLead: 900, scheduleMaxLead: 604_800 },
    live: new LiveFeed(new HandWoundClock(), 'x'),
  };
}

function doorOver(folder: string | null): Door {
  return openDoor(
    {},
    {
      ...(folder !== null && { console: partsIn(folder) }),
      links: { domains: () => [DOMAIN], ownerSid: SID, resolve: async () => [] },
    },
  );
}

describe('the pages of the console', () => {
  let folder: string;
  let door: Door;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-pages-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Pidge</title>');
    writeFileSync(join(folder, 'assets', 'main-abc123.js'), 'export {};');
    writeFileSync(join(folder, 'secret.txt'), 'not for the web');
    door = doorOver(folder);
  });
  afterAll(async () => {
    await door.app.close();
    rmSync(folder, { recursive: true });
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    door.call('GET', path, { headers: { ...HTML, ...headers } });

  it('are one page under every address of theirs, under a policy that lets in nothing of others', async () => {
    for (const path of ['/', '/messages', `/messages/SM${'1'.repeat(32)}?q=to%3A1#x`, '/errors', '/settings/']) {
      const { status, headers, text } = await get(path);
      expect([path, status, text]).toEqual([path, 200, '<!doctype html><title>Pidge</title>']);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe-eval');
    }
  });

  it('have files that never change under their names, and no others', async () => {
    const { status, headers, text } = await get('/assets/main-abc123.js');
    expect([status, text]).toEqual([200, 'export {};']);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect(String(headers['content-type'])).toMatch(/^(text|application)\/javascript/);
    for (const path of [
      '/assets/',
      '/assets/other.js',
      '/assets/../secret.txt',
      '/assets/%2e%2e/secret.txt',
      '/assets/..%2fsecret.txt',
    ]) {
      const answer = await get(path);
      expect([path, answer.status, answer.text.includes('not for')]).toEqual([
        path,
        answer.status >= 400 ? answer.status : 0,
        false,
      ]);
    }
  });

  it('stand behind everything that has an answer of its own', async () => {
    expect((await get('/errors/30003')).text).toContain('30003');
    expect((await get('/healthz')).json).toMatchObject({ status: 'ok' });
    for (const path of [`/2010-04-01/Accounts/${SID}.json`, '/_admin/v1/accounts', '/v1/Services']) {
      const { headers } = await get(path, { authorization: basic(SID, TOKEN) });
      expect([path, headers['content-type']]).toEqual([path, 'application/json']);
    }
  });

  it('are for browsers that go there: programs get what they always got', async () => {
    for (const [method, path, accept] of [
      ['GET', '/', 'application/json'],
      ['POST', '/', '*/*'],
      ['GET', '/messages', 'application/json'],
      ['POST', '/messages', 'text/html'],
      ['GET', '/nothing-of-ours', 'text/html'],
      ['GET', '/Messages', 'text/html'],
    ] as const) {
      const { status, json } = await door.call(method, path, { headers: { accept, authorization: '' } });
      expect([method, path, status, json.code]).toEqual([method, path, 404, 20404]);
    }
  });

  it('begin at / for whoever takes anything', async () => {
    for (const accept of ['*/*', 'text/html,application/xml;q=0.9', '']) {
      const { status, text } = await door.call('GET', '/', { headers: { accept, authorization: '' } });
      expect([accept, status, text.includes('<title>Pidge')]).toEqual([accept, 200, true]);
    }
    const { status, text } = await door.call('HEAD', '/', { headers: { accept: '*/*', authorization: '' } });
    expect([status, text]).toEqual([200, '']);
  });

  it('are not shown under the names of short links', async () => {
    for (const path of ['/', '/messages', '/messages/x']) {
      const { status, text } = await get(path, { host: 'go.example' });
      expect([path, status, text.includes('<title>Pidge')]).toEqual([path, 404, false]);
    }
  });
});

it('a console that is not built says how to build it', async () => {
  const door = doorOver(join(tmpdir(), 'pidge-no-such-folder'));
  const { status, headers, text } = await door.call('GET', '/', { headers: HTML });
  expect([status, headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
  expect(text).toContain('npm run build');
  expect((await door.call('GET', '/healthz')).status).toBe(200);
  await door.app.close();
});

it('without a console there are no pages', async () => {
  const door = doorOver(null);
  for (const path of ['/', '/messages', '/assets/x.js']) {
    expect((await door.call('GET', path, { headers: HTML })).status).toBe(404);
  }
  await door.app.close();
});
