/** The console's door as browsers see it: the cookie, and what pages of other origins get. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBrowser } from '../helpers/browser.ts';
import { openConsole } from '../helpers/console.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const PASSWORD = 'correct horse battery';
const FORGED = { To: '+12025550101', From: '+12025550100', Body: 'Forged' };

/** Runs a script in the page, with `given` at hand, and answers what it returns. */
function run(page: Page, given: object, script: string): Promise<unknown> {
  return page.evaluate(`(async (given) => {${script}})(${JSON.stringify(given)})`);
}

const SIGN_IN_AND_OUT = `
  const user = async () => (await (await fetch('/_admin/v1/session')).json()).user;
  const before = await user();
  const headers = { 'content-type': 'application/json' };
  await fetch('/_admin/v1/session', { method: 'POST', headers, body: given.body });
  const { csrf } = await (await fetch('/_admin/v1/session')).json();
  const during = [await user(), document.cookie];
  await fetch('/_admin/v1/session', { method: 'DELETE', headers: { 'x-csrf-token': csrf } });
  return [before, ...during, await user()];`;

const TRY_ALL = `
  const body = new URLSearchParams(given.form);
  const tries = [
    [given.origin + '/_admin/v1/session', {}],
    [given.origin + '/_admin/v1/accounts', { credentials: 'include' }],
    [given.target, {}],
    [given.target, { method: 'POST', body }],
    [given.target, { method: 'POST', body, headers: { 'x-csrf-token': 'x' } }],
  ];
  const read = [];
  for (const [url, init] of tries) {
    await fetch(url, { ...init, mode: 'no-cors' }).catch(() => undefined);
    const answer = await fetch(url, init).catch(() => null);
    if (answer) read.push(url + ' ' + answer.status);
  }
  return read;`;

const SEND_FORM = `
  const form = Object.assign(document.createElement('form'), { method: 'post', action: given.target });
  for (const [name, value] of Object.entries(given.form)) {
    form.append(Object.assign(document.createElement('input'), { name, value }));
  }
  document.body.append(form);
  form.submit();`;

const PUT_IN_FRAME = "document.body.append(Object.assign(document.createElement('iframe'), { src: given.src }));";

describeInBrowser('in a browser', () => {
  let browser: Browser;
  let pidge: TestPidge;
  /** Serves an empty page, on another port of this machine. */
  let stranger: Server;
  beforeAll(async () => {
    stranger = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Stranger</title>');
    });
    await new Promise<void>((resolve) => stranger.listen(0, resolve));
    [browser, pidge] = await Promise.all([startBrowser(), startTestPidge()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await pidge?.close();
    stranger?.close();
  });

  async function at(url: string, check: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      await check(page);
    } finally {
      await context.close();
    }
  }

  it('the cookie is kept without TLS on this machine, is out of reach of scripts, and goes at sign-out', async () => {
    const serving = await startTestPidge({
      change: (config) => {
        config.mode = 'serve';
        config.console.users = [{ name: 'admin', password: PASSWORD, role: 'operator' }];
      },
    });
    try {
      const { port } = new URL(serving.origin);
      await at(`http://localhost:${port}/healthz`, async (page) => {
        const seen = await run(page, { body: JSON.stringify({ password: PASSWORD }) }, SIGN_IN_AND_OUT);
        expect(seen).toEqual([null, { name: 'admin', role: 'operator' }, '', null]);
      });
    } finally {
      await serving.close();
    }
  });

  it.each(['localhost', '127.0.0.1'])('a page of another origin on %s reads and changes nothing', async (name) => {
    const { port } = stranger.address() as AddressInfo;
    const messages = `${pidge.origin}/_admin/v1/accounts/${pidge.account.sid}/api/2010-04-01/Accounts/${pidge.account.sid}/Messages.json`;
    await at(`http://${name}:${port}/`, async (page) => {
      const got = await run(page, { origin: pidge.origin, target: messages, form: FORGED }, TRY_ALL);
      expect(got).toEqual([]);
      // A form needs no leave of anybody to be sent, and leads the window to what it was answered.
      const answered = page.waitForResponse(messages);
      await run(page, { target: messages, form: FORGED }, SEND_FORM);
      expect((await answered).status()).toBe(403);
    });
    const own = await openConsole(pidge);
    const { json } = await own.call('GET', messages.slice(`${pidge.origin}/_admin/v1/`.length));
    await own.close();
    expect(json.messages).toEqual([]);
  });

  it('the console is in nobody’s frame', async () => {
    const { port } = stranger.address() as AddressInfo;
    await at(`http://localhost:${port}/`, async (page) => {
      const refusals: string[] = [];
      page.on('console', (line) => void refusals.push(line.text()));
      await run(page, { src: `${pidge.origin}/messages` }, PUT_IN_FRAME);
      await expect.poll(() => refusals.join('\n'), { timeout: 10_000 }).toMatch(/frame/i);
      expect(refusals.join('\n')).toMatch(/frame-ancestors|X-Frame-Options/i);
    });
  });
});
