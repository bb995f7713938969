import { beforeAll, expect, it } from 'vitest';
import { openPage, settled } from '../helpers/browser.ts';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';
import { makeService } from '../helpers/services.ts';

const PREVIEW = 'Mozilla/5.0 (Macintosh) facebookexternalhit/1.1 Facebot Twitterbot/1.0';

describeInBrowser('short links', () => {
  const seat = takeSeat();
  /** By the last word of its target. */
  const codes: Record<string, string> = {};

  beforeAll(async () => {
    const senders = [{ address: '+13125550110' }];
    const of = { store: seat.pidge.running.store, clock: seat.pidge };
    const MessagingServiceSid = await makeService(of, seat.pidge.account.sid, { senders });
    for (const word of ['spring', 'summer']) {
      const Body = `${seat.pidge.origin}/healthz?sale=${word}`;
      const { json } = await seat.client.send({ From: '', MessagingServiceSid, Body, ShortenUrls: 'true' });
      codes[word] = String(json.body).slice(-10);
    }
  });

  const row = (word: string) => seat.open.page.locator(`[data-testid="link-row"][data-code="${codes[word]}"]`);
  const log = () => seat.open.page.getByRole('dialog', { name: 'Clicks' });

  it('that a person follows count one click more, and a preview none: both are in the log', async () => {
    const { page, watch } = seat.open;
    const visitor = await openPage(seat.browser, seat.pidge.origin);
    await visitor.page.goto(`/l/${codes.spring}`);
    // It leads where the message said.
    expect(new URL(visitor.page.url()).search).toBe('?sale=spring');
    await visitor.close();
    await seat.client.call('GET', `/l/${codes.spring}`, { auth: null, headers: { 'user-agent': PREVIEW } });

    await page.goto('/links');
    await row('spring').getByText('1', { exact: true }).waitFor();
    await row('summer').getByText('0', { exact: true }).waitFor();
    await row('spring').click();
    await log().getByText('1 click, 1 preview not counted').waitFor();
    const kinds = log().locator('[data-testid="click-row"]');
    expect(await kinds.evaluateAll((rows) => rows.map((one) => one.getAttribute('data-kind')))).toEqual([
      'preview',
      'person',
    ]);
    expect(await kinds.first().textContent()).toMatch(/Preview.*facebookexternalhit/);
    expect(await kinds.last().textContent()).toMatch(/Click.*Mozilla/);

    // The address holds the view, so the log is there again.
    await page.reload();
    await log().getByText('1 click, 1 preview not counted').waitFor();
    await page.keyboard.press('Escape');
    await log().waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');
    expect(watch).toEqual({ foreign: [], errors: [] });
  });

  it('that nobody has followed say so', async () => {
    await seat.open.page.goto(`/links?link=${codes.summer}`);
    await log().getByText('Nobody has followed this link yet.').waitFor();
    await log().getByRole('link', { name: 'Message' }).click();
    await seat.open.page.waitForURL(/\/messages\/SM[0-9a-f]{32}/);
  });

  it('are found by what they lead to, by their code and by the whole link, and none by what is in none', async () => {
    const { page } = seat.open;
    await page.goto('/links');
    await settled(page);
    const filter = page.getByLabel('Filter by address, code or message');
    for (const text of ['sale=summer', codes.summer ?? '', `${seat.pidge.origin}/l/${codes.summer}`]) {
      await filter.fill(text);
      await row('spring').waitFor({ state: 'detached' });
      expect(await row('summer').count()).toBe(1);
      await filter.fill('');
      await row('spring').waitFor();
    }
    await filter.fill('autumn');
    await page.locator('[data-testid="empty-state"]').getByText('autumn').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await row('spring').waitFor();
    await row('summer').waitFor();
  });

  it('are copied whole, without the log being opened', async () => {
    const { page } = seat.open;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: seat.pidge.origin });
    await page.goto('/links');
    const short = `${seat.pidge.origin}/l/${codes.spring}`;
    await row('spring')
      .getByRole('button', { name: `Copy ${short}` })
      .click();
    await page.getByText('Short link copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(short);
    expect(await log().count()).toBe(0);
  });
});
