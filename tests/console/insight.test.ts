/** Webhooks, Errors, Metrics and Settings in a browser: from what went wrong to why, and to trying again. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openPage, startBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';
import { startTestPidge } from '../helpers/pidge.ts';

describeInBrowser('what went wrong', () => {
  const seat = takeSeat();
  let app: Server;
  let appUrl: string;

  beforeAll(async () => {
    app = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(request.url?.startsWith('/fine') ? 204 : 403).end('No'));
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    const send = (form: Record<string, string>) =>
      seat.client.call('POST', `${seat.client.base}/Messages.json`, {
        form: { From: '+12025550100', Body: 'Hello', ...form },
      });
    await send({ To: '+12025550101', StatusCallback: `${appUrl}/status` });
    await send({ To: '+15005530003' });
    await send({ To: '+15005530003' });
    const own = `/_admin/v1/accounts/${seat.pidge.account.sid}`;
    await seat.pidge.until(async () => (await seat.client.call('GET', `${own}/attempts`)).json.attempts.length === 2);
    await seat.pidge.until(async () => (await seat.client.call('GET', `${own}/error-groups`)).json.groups.length === 2);
  });
  afterAll(async () => {
    await new Promise((resolve) => app.close(resolve));
  });
  afterEach(() => expect(seat.open.watch).toEqual({ foreign: [], errors: [] }));

  it('a refused signature is explained by what the code validates', async () => {
    const { page } = seat.open;
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
    const { page } = seat.open;
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
    const { page } = seat.open;
    await page.goto('/webhooks');
    await page.getByRole('button', { name: 'Replay failed…' }).click();
    await page.getByRole('dialog').getByText('1 to replay.').waitFor();
    await page.getByRole('button', { name: 'Replay 1' }).click();
    await page.getByText('1 queued again.').waitFor();
  });

  it('a code says what, why here and what to do, leads to its messages, and can be muted', async () => {
    const { page } = seat.open;
    await page.goto('/errors');
    const group = page.locator('[data-testid="error-group"][data-code="30003"]');
    // The phone of an outcome number is marked as one that misbehaves on purpose.
    await group.getByText('“Undelivered 30003”').waitFor();
    expect(await group.textContent()).toMatch(/Meaning.+Here.*all to \+15005530003, “Und.+Fix.+Reproduce/);
    await group.getByRole('button', { name: 'Mute' }).click();
    await page.getByText('1 muted').click();
    await group.getByRole('button', { name: 'Unmute' }).click();
    await page.getByText('1 muted').waitFor({ state: 'detached' });
    await group.getByRole('link', { name: 'Open messages' }).click();
    await page.waitForURL(/\/messages\?q=error:30003/);
  });

  it('the line that brings a code about fits what the endpoint answered', async () => {
    const { page } = seat.open;
    await page.goto('/errors');
    const group = page.locator('[data-testid="error-group"][data-code="11200"]');
    await group.getByText('Let your endpoint answer 403').waitFor();
    expect(await group.textContent()).toContain(`${appUrl}/status: answered 403`);
  });

  it('the navigation counts what is open, as it happens, and not what is muted', async () => {
    const { page } = seat.open;
    await page.goto('/numbers');
    const nav = page.getByRole('navigation', { name: 'Pages' });
    const errors = nav
      .getByRole('link', { name: /^Errors/ })
      .getByTestId('nav-count')
      .first();
    const webhooks = nav
      .getByRole('link', { name: /^Webhooks/ })
      .getByTestId('nav-count')
      .first();
    await expect.poll(() => errors.textContent(), { timeout: 15_000 }).toBe('2');
    expect(await webhooks.textContent()).toBe('1');
    await seat.client.call('POST', `${seat.client.base}/Messages.json`, {
      form: { From: '+12025550100', To: '+15005530006', Body: 'To a landline' },
    });
    await expect.poll(() => errors.textContent(), { timeout: 15_000 }).toBe('3');
    await page.goto('/errors');
    const group = page.locator('[data-testid="error-group"][data-code="30006"]');
    await group.getByRole('button', { name: 'Mute' }).click();
    await expect.poll(() => errors.textContent(), { timeout: 15_000 }).toBe('2');
  });

  it('settings are found and say where they are changed', async () => {
    const { page } = seat.open;
    await page.goto('/settings?q=schedule_max');
    const row = page.locator('[data-testid="setting-row"]');
    await row.locator('summary').click();
    expect(await row.count()).toBe(1);
    await row.getByText('schedule_max_lead = "7d"').waitFor();
  });

  it('metrics stand where Prometheus’ own page does not', async () => {
    const { page } = seat.open;
    await page.goto('/plots');
    await page.getByRole('heading', { name: 'Metrics', level: 1 }).waitFor();
    expect(await page.getByRole('link', { name: '/metrics' }).getAttribute('href')).toBe('/metrics');
  });

  /** Metrics as the server has them, with one plot alone: of these values, ten seconds apart. */
  const plot = (points: (number | null)[]) =>
    seat.open.page.route('**/_admin/v1/metrics?*', async (route) => {
      const answer = await route.fetch();
      const metrics = await answer.json();
      const series = [{ id: 'acceptedOut', label: 'Outgoing', unit: 'per_second', points }];
      const times = points.map((_, place) => Math.floor(Date.now() / 1_000) - 30 + 10 * place);
      await route.fulfill({ json: { ...metrics, times, plots: [{ id: 'messages', title: 'Accepted', series }] } });
    });

  it('a plot tells its latest figures while nobody points at it', async () => {
    const { page } = seat.open;
    await plot([1.5, 2.25, null]);
    await page.goto('/plots');
    const legend = page.getByTestId('metric').locator('.u-legend');
    await legend.getByText('2.25').waitFor();
    await page
      .getByTestId('metric')
      .locator('.u-over')
      .hover({ position: { x: 1, y: 20 } });
    await legend.getByText('1.5', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Metrics', level: 1 }).hover();
    await legend.getByText('2.25').waitFor();
    expect(await legend.textContent()).not.toContain('--');
  });

  it('a plot without any value tells no time', async () => {
    const { page } = seat.open;
    await plot([null, null, null]);
    await page.goto('/plots');
    const values = page.getByTestId('metric').locator('.u-legend .u-value');
    await expect.poll(() => values.allTextContents()).toEqual(['–', '–']);
  });
});

describeInBrowser('another kind of server', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('lenient mode lists what strict mode would refuse apart, and counts it nowhere', async () => {
    const pidge = await startTestPidge({
      change: (config) => {
        config.strictness = 'lenient';
      },
    });
    const client = new Client(pidge.origin, pidge.account);
    const { page, close } = await openPage(browser, pidge.origin);
    try {
      const form = { From: '+15017122661', To: '+12025550101', Body: 'From a number that is not ours' };
      expect((await client.call('POST', `${client.base}/Messages.json`, { form })).status).toBe(201);
      await page.goto('/errors');
      await page.getByRole('heading', { name: 'Would fail in strict mode' }).waitFor();
      await page.locator('[data-testid="error-group"][data-code="21659"]').getByText('would fail').waitFor();
      await page.getByTestId('mode-badge').getByText('lenient').waitFor();
      expect(await page.getByTestId('nav-count').count()).toBe(0);
    } finally {
      await close();
      await client.close();
      await pidge.close();
    }
  });

  it('production without a carrier is live, and says that it has none', async () => {
    const password = 'a password of the console';
    const pidge = await startTestPidge({
      change: (config) => {
        config.mode = 'serve';
        config.console.users = [{ name: 'admin', password, role: 'operator' }];
      },
    });
    const { page, close } = await openPage(browser, pidge.origin.replace('127.0.0.1', 'localhost'));
    try {
      await page.goto('/messages');
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.keyboard.press('Enter');
      const badge = page.getByTestId('mode-badge');
      await badge.waitFor();
      expect(await badge.textContent()).toMatch(/LIVE.*no carrier/);
    } finally {
      await close();
      await pidge.close();
    }
  });
});
