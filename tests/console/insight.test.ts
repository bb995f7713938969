/** Webhooks, Errors, Metrics and Settings in a browser: from what went wrong to why, and to trying again. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenPage, openPage, startBrowser, whyNoBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const missing = whyNoBrowser();
if (missing !== null) console.warn(`Skipped: ${missing}`);

describe.skipIf(missing !== null)('what went wrong', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;
  let app: Server;
  let appUrl: string;
  let open: OpenPage;

  beforeAll(async () => {
    browser = await startBrowser();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    app = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(request.url?.startsWith('/fine') ? 204 : 403).end('No'));
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    const send = (form: Record<string, string>) =>
      client.call('POST', `${client.base}/Messages.json`, { form: { From: '+12025550100', Body: 'Hello', ...form } });
    await send({ To: '+12025550101', StatusCallback: `${appUrl}/status` });
    await send({ To: '+15005530003' });
    await send({ To: '+15005530003' });
    const own = `/_admin/v1/accounts/${pidge.account.sid}`;
    await pidge.until(async () => (await client.call('GET', `${own}/attempts`)).json.attempts.length === 2);
    await pidge.until(async () => (await client.call('GET', `${own}/error-groups`)).json.groups.length === 2);
  });
  afterAll(async () => {
    await browser.close();
    await client.close();
    await pidge.close();
    await new Promise((resolve) => app.close(resolve));
  });
  beforeEach(async () => {
    open = await openPage(browser, pidge.origin);
  });
  afterEach(async () => {
    expect(open.watch).toEqual({ foreign: [], errors: [] });
    await open.close();
  });

  it('a refused signature is explained by what the code validates', async () => {
    const { page } = open;
    await page.goto('/webhooks?result=gave_up');
    await page.getByTestId('attempt-row').first().click();
    await page.getByTestId('attempt-detail').getByText('answered 403').waitFor();
    await page.getByRole('tab', { name: 'Signature' }).click();
    await page.getByLabel('URL your code validates').fill(`${appUrl.replace('http:', 'https:')}/status`);
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    const findings = page.getByTestId('doctor-findings');
    await findings.getByText('The scheme explains it').waitFor();
    expect(await findings.textContent()).toContain('We signed http, your code sees https');
    // The address holds the view.
    await page.reload();
    await page.getByRole('tab', { name: 'Signature', selected: true }).waitFor();
  });

  it('an attempt is edited and sent again, and its answer shown', async () => {
    const { page } = open;
    await page.goto('/webhooks');
    await page.getByTestId('attempt-row').first().click();
    await page.getByRole('button', { name: 'Edit & replay' }).click();
    await page.getByRole('dialog').getByLabel(/^URL/).fill(`${appUrl}/fine`);
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByRole('tab', { name: 'Response', selected: true }).waitFor();
    await page.getByRole('dialog').getByText('204').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('attempt-row').filter({ hasText: '/fine' }).waitFor();
  });

  it('what was given up and not sent again by hand is counted before it is replayed', async () => {
    const { page } = open;
    await page.goto('/webhooks');
    await page.getByRole('button', { name: 'Replay failed…' }).click();
    await page.getByRole('dialog').getByText('1 to replay.').waitFor();
    await page.getByRole('button', { name: 'Replay 1' }).click();
    await page.getByText('1 queued again.').waitFor();
  });

  it('a code says what, why here and what to do, leads to its messages, and can be muted', async () => {
    const { page } = open;
    await page.goto('/errors');
    const group = page.locator('[data-testid="error-group"][data-code="30003"]');
    expect(await group.textContent()).toMatch(/Meaning.+Here.*all to \+15005530003.+Fix.+Reproduce/);
    await group.getByRole('button', { name: 'Mute' }).click();
    await page.getByText('1 muted').click();
    await group.getByRole('button', { name: 'Unmute' }).click();
    await page.getByText('1 muted').waitFor({ state: 'detached' });
    await group.getByRole('link', { name: 'Open messages' }).click();
    await page.waitForURL(/\/messages\?q=error:30003/);
  });

  it('settings are found and say where they are changed', async () => {
    const { page } = open;
    await page.goto('/settings?q=schedule_max');
    const row = page.locator('[data-testid="setting-row"]');
    await row.locator('summary').click();
    expect(await row.count()).toBe(1);
    await row.getByText('schedule_max_lead = "7d"').waitFor();
  });

  it('metrics stand where Prometheus’ own page does not', async () => {
    const { page } = open;
    await page.goto('/plots');
    await page.getByRole('heading', { name: 'Metrics', level: 1 }).waitFor();
    expect(await page.getByRole('link', { name: '/metrics' }).getAttribute('href')).toBe('/metrics');
  });
});
