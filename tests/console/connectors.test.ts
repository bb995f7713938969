/** The Connectors page before a carrier: its state, what it does, the test of the way to it, pause and resume. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import { type OpenPage, openPage, settled, startBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { until } from '../helpers/smpp.ts';

const NUMBER = '+12125550140';
const PHONE = '+12025550101';
const CONSOLE_PASSWORD = 'correct horse battery';
const ESME_RINVDSTADR = 0x0b;
const ESME_RINVPASWD = 0x0e;
const LONG_MS = 30_000;

describeInBrowser('the Connectors page', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;
  let smsc: Smsc;
  let open: OpenPage;
  let page: Page;

  beforeAll(async () => {
    smsc = new Smsc({ clock: realClock });
    const port = await smsc.listen();
    const own = {
      host: '127.0.0.1',
      port,
      systemId: 'pidge',
      password: 'secret08',
      reconnectMs: 50,
      ratePerSecond: 30,
    };
    pidge = await startTestPidge({
      change(config) {
        config.mode = 'serve';
        config.console.users = [{ name: 'admin', password: CONSOLE_PASSWORD, role: 'operator' }];
        config.numbers = [{ number: NUMBER, properties: {} }];
        config.connectors = [{ kind: 'smpp', name: 'acme', smpp: { ...SMPP_DEFAULTS, ...own } }];
      },
    });
    client = new Client(pidge.origin, pidge.account);
    await until(() => smsc.bound === 1);
    browser = await startBrowser();
    open = await openPage(browser, pidge.origin.replace('127.0.0.1', 'localhost'));
    page = open.page;
    await page.goto('/connectors');
    await page.getByRole('textbox', { name: 'Password' }).fill(CONSOLE_PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await settled(page);
  }, 90_000);
  afterAll(async () => {
    await open?.close();
    await browser?.close();
    await client?.close();
    await pidge?.close();
    await smsc?.close();
  });

  const card = () => page.locator('[data-testid="connector"][data-name="acme"]');
  const dialogue = () => page.getByRole('dialog');
  async function run(button: string): Promise<string[]> {
    await dialogue().getByRole('button', { name: button, exact: true }).click();
    await dialogue().locator('[data-testid="test-steps"][data-running="false"]').waitFor({ timeout: LONG_MS });
    const steps = dialogue().locator('[data-testid="test-step"]');
    return steps.evaluateAll((all) =>
      all.map((one) => `${one.getAttribute('data-step')} ${one.getAttribute('data-outcome')}`),
    );
  }

  it('shows how a connector is, how fast it is, and what its carrier answers', async () => {
    await card().getByText('bound', { exact: true }).waitFor();
    smsc.script.submit = (_, number) => (number === 1 ? { commandStatus: ESME_RINVDSTADR } : {});
    for (const Body of ['One', 'Two', 'Three']) {
      await client.call('POST', `${client.base}/Messages.json`, { form: { From: NUMBER, To: PHONE, Body } });
    }
    await card().locator('[data-testid="status-mix"]').waitFor({ timeout: LONG_MS });
    await expect.poll(() => card().innerText(), { timeout: LONG_MS }).toMatch(/Receipt p50\s+[\d.]+ m?s/);
    const text = await card().innerText();
    expect(text).toMatch(/Answer p95\s+[\d.]+ m?s/);
    expect(text).toMatch(/Missing receipts\s+0 %/);
    expect(text).toMatch(/Queue\s+0/);
    expect(text).toMatch(/INVDSTADR 33.3 %/);
    await card().getByRole('button', { name: 'Explain' }).click();
    await card().getByText('The message fails with 30005.').waitFor();
    await page.setViewportSize({ width: 360, height: 800 });
    const inner = await card().evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(inner).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1440, height: 900 });
    smsc.script.submit = undefined;
  }, 90_000);

  it('tests the way to a carrier to its end, sending nothing, and one message when it is told to whom', async () => {
    const before = smsc.submits.length;
    await card().getByRole('button', { name: 'Test', exact: true }).click();
    const ground = ['dns ok', 'tcp ok', 'tls skipped', 'bind ok', 'link ok'];
    expect(await run('Test')).toEqual([...ground, 'submit skipped', 'receipt skipped']);
    expect(smsc.submits.length).toBe(before);
    await dialogue().getByText('Every step that was tried held.').waitFor();
    await dialogue().getByLabel('To').fill(PHONE);
    await dialogue().getByLabel('From').fill(NUMBER);
    expect((await run('Test, and send one message')).slice(5)).toEqual(['submit ok', 'receipt ok']);
    expect(smsc.submits.length).toBe(before + 1);
    await dialogue().getByLabel('To').fill('Ada');
    await dialogue().getByRole('button', { name: 'Test, and send one message' }).click();
    await dialogue().getByRole('alert').getByText('Invalid to').waitFor();
    await page.keyboard.press('Escape');
    await dialogue().waitFor({ state: 'detached' });
  }, 90_000);

  it('a wrong password ends it at the bind, with what is likely and what to do', async () => {
    smsc.script.bind = () => ESME_RINVPASWD;
    await card().getByRole('button', { name: 'Test', exact: true }).click();
    expect((await run('Test')).at(-1)).toBe('bind failed');
    await dialogue().getByText('It ends at bind.').waitFor();
    const causes = dialogue().locator('[data-testid="test-step"] ol li');
    expect(await causes.first().innerText()).toMatch(
      /^system_id or password is not what the carrier has\s+Compare them/,
    );
    smsc.script.bind = undefined;
    await page.keyboard.press('Escape');
    await dialogue().waitFor({ state: 'detached' });
  }, 90_000);

  it('pauses with a reason and goes on', async () => {
    await card().getByRole('button', { name: 'Pause' }).click();
    await dialogue().getByLabel('Why').fill('They are migrating');
    await dialogue().getByRole('button', { name: 'Pause', exact: true }).click();
    await card().getByText('They are migrating').waitFor();
    const sent = smsc.submits.length;
    await client.call('POST', `${client.base}/Messages.json`, { form: { From: NUMBER, To: PHONE, Body: 'Later' } });
    await pidge.running.engine.idle();
    expect(smsc.submits.length).toBe(sent);
    await card().getByRole('button', { name: 'Resume' }).click();
    await until(() => smsc.submits.length === sent + 1);
    await card().getByRole('button', { name: 'Pause' }).waitFor();
  }, 90_000);

  it('shows at once what is paused elsewhere, also on the page of a message that waits for it', async () => {
    const turn = (way: 'pause' | 'resume', json: object = {}) =>
      client.call('POST', `/_admin/v1/connectors/acme/${way}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      });
    // The page asks every ten seconds too: what comes sooner was told.
    const sooner = { timeout: 4_000 };
    await page.waitForResponse((answer) => answer.url().endsWith('/_admin/v1/connectors'));
    await turn('pause', { reason: 'By hand' });
    await card().getByText('By hand').waitFor(sooner);
    const form = { From: NUMBER, To: PHONE, Body: 'Later' };
    const { sid } = (await client.call('POST', `${client.base}/Messages.json`, { form })).json;
    await page.goto(`/messages/${sid}`);
    const carrier = page.getByRole('region', { name: 'Carrier' });
    await carrier.getByText('acme is paused: By hand').waitFor();
    await turn('resume');
    await carrier.getByText('acme is paused: By hand').waitFor({ state: 'detached' });
    expect(open.watch).toEqual({ foreign: [], errors: expect.any(Array) });
  }, 90_000);
});
