/** What the pages offer to paste: each of them is pasted and must do what it says. */
import { spawn, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, settled, startBrowser } from '../helpers/browser.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { type Lively, startLively } from '../helpers/lively.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const PYTHON = '/usr/bin/python3';
const hasPython = spawnSync(PYTHON, ['-c', 'import twilio']).status === 0;
if (!hasPython) console.warn(`Skipped: snippets in Python, as ${PYTHON} has no twilio`);

const ROOT = resolve(import.meta.dirname, '../..');
/** Where an empty page says what to type. */
const EMPTY = ['messages', 'errors', 'webhooks', 'scheduled', 'templates'];

async function run(command: string, args: string[], token: string): Promise<string> {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, TWILIO_AUTH_TOKEN: token } });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const code = await new Promise((done) => child.on('close', done));
  expect(code, text).toBe(0);
  return text;
}

async function snippetsOn(page: Page): Promise<string[]> {
  await settled(page);
  await page.locator('[data-testid="snippet"]').first().waitFor();
  return page.locator('[data-testid="snippet"] code').allInnerTexts();
}

describeInBrowser('snippets', () => {
  let browser: Browser;
  let empty: TestPidge;
  let full: Lively;

  beforeAll(async () => {
    browser = await startBrowser();
    [empty, full] = [await startTestPidge(), await startLively()];
  });
  afterAll(async () => {
    await browser.close();
    await empty.close();
    await full.close();
  });

  it.each(EMPTY)('the command of the empty page /%s runs as it is pasted', async (path) => {
    // A server of its own: the command of one page fills another.
    const pidge = await startTestPidge();
    const { page, close } = await openPage(browser, pidge.origin);
    try {
      await page.goto(`/${path}`);
      const commands = (await snippetsOn(page)).filter((code) => code.startsWith('curl'));
      expect(commands.length).toBeGreaterThan(0);
      for (const command of commands) {
        const answer = JSON.parse(await run('sh', ['-c', `${command} -sS`], pidge.account.token));
        expect(answer).toHaveProperty('sid');
      }
    } finally {
      await close();
      await pidge.close();
    }
  });

  it('the code of a message sends it again: curl, Node, Python', async () => {
    const { page, close } = await openPage(browser, full.pidge.origin);
    await page.goto(`/messages/${full.sids.delivered}`);
    await snippetsOn(page);
    const { token } = full.pidge.account;
    const codeOf = async (language: string): Promise<string> => {
      await page.getByRole('tab', { name: language, exact: true }).click();
      return page.getByRole('tabpanel', { name: language, exact: true }).locator('code').innerText();
    };
    expect(await run('sh', ['-c', `${await codeOf('curl')} -sS`], token)).toContain('"status":"queued"');
    const script = join(ROOT, 'tests', 'console', `snippet-${process.pid}.tmp.mjs`);
    writeFileSync(script, await codeOf('Node'));
    try {
      expect(await run(process.execPath, [script], token)).toMatch(/^SM[0-9a-f]{32} queued/);
    } finally {
      rmSync(script);
    }
    if (hasPython) expect(await run(PYTHON, ['-c', await codeOf('Python')], token)).toMatch(/^SM[0-9a-f]{32} queued/);
    await close();
  });
});
