/**
 * A new user's path as one: a server started as the README says, a program copied from the empty page, an app that answers
 * by TwiML and breaks. What is clicked is found by its words; each step asserts what the user reads.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, settled, startBrowser } from '../helpers/browser.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST_SECONDS = 300;
const NUMBER = '+12025550100';
const STEP_MS = 30_000;

describeInBrowser('a new user', () => {
  it('sends, sees, replies, breaks the webhook, reads why and replays it, by what terminal and page say', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-first-path-'));
    const seconds: [step: string, seconds: number][] = [];
    let stepAt = performance.now();
    const done = (step: string): void => {
      seconds.push([step, (performance.now() - stepAt) / 1_000]);
      stepAt = performance.now();
    };
    const app = await startApp();
    const browser = await startBrowser();
    const server = spawnServer(folder);
    const program = join(ROOT, 'tests', 'console', `first-path-${process.pid}.tmp.mjs`);
    try {
      const origin = await originSaid(server);
      done('start');

      const { page, watch } = await openPage(browser, origin);
      page.setDefaultTimeout(STEP_MS);
      await page.goto('/');
      await settled(page);
      const code = page.getByTestId('snippet').locator('code', { hasText: 'messages.create' }).first();
      writeFileSync(program, await code.innerText());
      const [sid] = (await output(program)).split(' ');
      done('send by SDK');

      const row = page.locator(`[data-testid="message-row"][data-sid="${sid}"]`);
      await row.getByText('delivered').waitFor();
      expect(await row.innerText()).toContain('Your code is 482913');
      done('see it');

      await reply(page, 'Anybody there?');
      const unanswered = statusOf(page, 'Anybody there?');
      await unanswered.getByText('no webhook').waitFor();
      await unanswered.getByRole('link', { name: 'give the number one' }).click();
      await page.getByRole('row', { name: NUMBER }).click();
      await page.getByLabel('A message comes in: webhook').fill(app.url);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText(`${NUMBER} is saved.`).waitFor();
      await page.keyboard.press('Escape');
      done('reply from the phone, and set its webhook');

      await reply(page, 'Hello');
      await page.getByTestId('phone-bubble').getByText('You said: Hello', { exact: true }).waitFor();
      await statusOf(page, 'Hello').getByText('webhook 200').waitFor();
      done('see the TwiML answer');

      app.isBroken = true;
      await reply(page, 'And now?');
      const broken = statusOf(page, 'And now?').getByRole('link', { name: '11200 webhook 500' });
      await broken.waitFor();
      done('break the webhook');

      await broken.click();
      const detail = page.getByTestId('attempt-detail');
      await detail.getByText('answered 500').waitFor();
      await detail.getByText('Your endpoint gave no usable answer.').waitFor();
      await detail.getByText('Fix: Look at the answer and at the log of your app').waitFor();
      // What the app said of itself is in sight, without a tab to be found first.
      await detail.getByText("Cannot read properties of undefined (reading 'name')").waitFor();
      done('find out why');

      app.isBroken = false;
      await detail.getByRole('button', { name: 'Replay', exact: true }).click();
      await detail.getByText('Your app answers again.').waitFor();
      await detail.getByText('You said: And now?').waitFor();
      await detail.getByRole('link', { name: 'text it once more' }).click();
      await settled(page);
      done('replay it');

      // Nor did a page ask for anything that there is not, on its way to the next one.
      expect(watch).toEqual({ foreign: [], errors: [] });
    } finally {
      rmSync(program, { force: true });
      await browser.close();
      await app.close();
      await stopped(server);
      rmSync(folder, { recursive: true, force: true });
    }
    const total = seconds.reduce((sum, [, one]) => sum + one, 0);
    const steps = seconds.map(([step, one]) => `${step} ${one.toFixed(1)} s`).join(' · ');
    console.log(`${steps} · in all ${total.toFixed(1)} s`);
    expect(total).toBeLessThan(MOST_SECONDS);
  }, 120_000);
});

/** Writes as Ada, whose phone is the first. */
async function reply(page: Page, text: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Phones' }).first().click();
  await page.getByPlaceholder('Reply…').first().fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).first().click();
}

/** What stands below the bubble with this text. */
function statusOf(page: Page, text: string): Locator {
  return page
    .locator('[data-testid="phone-bubble"][data-direction="sent"]')
    .filter({ has: page.getByText(text, { exact: true }) })
    .getByTestId('webhook-status');
}

/** `npm start` but for the port and the folder, which others may use already. */
function spawnServer(folder: string): ChildProcess {
  const { TWILIO_ACCOUNT_SID: _sid, TWILIO_AUTH_TOKEN: _token, ...env } = process.env;
  const args = ['scripts/with-node.js', 'scripts/start.js', '--port', '0', '--data', folder];
  return spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The address that the terminal names as the console. */
async function originSaid(server: ChildProcess): Promise<string> {
  const said: string[] = [];
  return new Promise((found, fail) => {
    for (const stream of [server.stdout, server.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const origin = /Console\s+(http:\S+)/.exec(line)?.[1];
        if (origin !== undefined) found(origin);
      });
    }
    server.once('exit', () => fail(new Error(`The server ended: ${said.join('\n')}`)));
  });
}

async function stopped(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await gone;
}

/** Runs a program as `node FILE` does. */
async function output(file: string): Promise<string> {
  const child = spawn(process.execPath, [file], { cwd: ROOT });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, text).toBe(0);
  return text;
}

interface App {
  url: string;
  isBroken: boolean;
  close(): Promise<void>;
}

/** What a newcomer has: it says back what it was told, until it breaks. */
async function startApp(): Promise<App> {
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      if (app.isBroken) {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end("TypeError: Cannot read properties of undefined (reading 'name')");
        return;
      }
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(`<Response><Message>You said: ${new URLSearchParams(text).get('Body')}</Message></Response>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const app: App = {
    url: `http://localhost:${(server.address() as AddressInfo).port}/sms`,
    isBroken: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return app;
}
