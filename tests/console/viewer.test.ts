/** A viewer at the console in `serve`: sees every page, is offered nothing that changes something, and could not. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DOCS } from '../../src/http/console/register.ts';
import { type OpenPage, openPage, settled, startBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { openConsole } from '../helpers/console.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const PASSWORD = 'correct horse battery';
const NUMBER = '+12025550100';

interface Pressed {
  ariaLabel: string | null;
  textContent: string;
  title: string;
  labels?: { textContent: string }[];
  checkVisibility(): boolean;
}

/** Names of what is in view. Run inside of the page. */
const NAMES_OF = (all: unknown[]): string[] =>
  (all as Pressed[])
    .filter((one) => one.checkVisibility())
    .map(
      ({ ariaLabel, textContent, title, labels }) =>
        [ariaLabel, textContent.trim(), labels?.[0]?.textContent, title].find((name) => name) ?? '(without a name)',
    );

/** What a viewer may press. Anything else fails: decide whether it changes something, then leave it out or add it here. */
const LOOKS = [
  // Copied, taken away, folded in and out.
  /^(Copy|Copied|Export|CSV|JSON|Command|pidge\.toml|Explain|Show |Look further back|Older|Newer|Close)/,
  // The view: filters, live or not, the tabs of a page.
  /^(To|From|Status|Direction|DateSent|Service|ErrorCode|Pause|Resume|All|Follow)$/,
  /^(curl|Node|Python|Request|Response|Timing|Signature|Hex|Decoded|Senders|Incoming messages|Features|Name)$/,
  /^(Whom it would pick|Account and tokens|API keys|Accounts|Audit log)$/,
  // The form of the page Send, which only writes the address and the code beside it.
  /^(Clear|In 20 min|Fill in an example)$/,
  /^ ?only what is not a default$/,
  // A dot on the time axis of what is scheduled.
  /^\S.* \+\d+/,
];

describeInBrowser('a viewer', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;
  let open: OpenPage;
  let page: Page;
  let paths: string[];
  const unsafe: string[] = [];

  beforeAll(async () => {
    browser = await startBrowser();
    pidge = await startTestPidge({
      change: (config) => {
        config.mode = 'serve';
        config.connectors = [{ kind: 'simulated', name: 'simulated' }];
        config.linkDomains = [{ domain: 'l.shop.example' }];
        config.numbers = [{ number: NUMBER, properties: { sms_url: 'http://127.0.0.1:9/sms' } }];
        config.console.users = [
          { name: 'admin', password: `${PASSWORD} of the operator`, role: 'operator' },
          { name: 'vera', password: PASSWORD, role: 'viewer' },
        ];
      },
    });
    client = new Client(pidge.origin, pidge.account);
    const sids = await fill();
    const origin = pidge.origin.replace('127.0.0.1', 'localhost');
    open = await openPage(browser, origin);
    page = open.page;
    page.setDefaultTimeout(6_000);
    page.on('request', (request) => {
      if (!['GET', 'HEAD'].includes(request.method())) unsafe.push(`${request.method()} ${request.url()}`);
    });
    await page.goto('/messages');
    await page.getByLabel('User').fill('vera');
    await page.getByLabel('Password').first().fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await settled(page);
    await page.locator('nav a[href]').first().waitFor();
    const hrefs = await page
      .locator('nav a[href]')
      .evaluateAll((links) => links.map((one) => one.getAttribute('href')));
    paths = [...new Set(hrefs.map((href) => (href ?? '').split('?')[0] ?? ''))];
    paths.push(`/services/${sids.service}`, `/messages/${sids.delivered}`, `/messages/${sids.scheduled}`);
    // What a sign-in is made of.
    unsafe.length = 0;
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await client?.close();
    await pidge?.close();
  });

  /** Something of everything that has buttons. */
  async function fill() {
    const of = { store: pidge.running.store, clock: pidge };
    const service = await makeService(of, pidge.account.sid, { senders: [{ address: NUMBER, registered: false }] });
    const send = async (form: Record<string, string>): Promise<string> => {
      const { status, json, text } = await client.send({ StatusCallback: 'http://127.0.0.1:9/status', ...form });
      if (status !== 201) throw new Error(text);
      return json.sid;
    };
    const through = { From: '', MessagingServiceSid: service };
    const delivered = await send({});
    await send({ ...through, Body: 'https://example.com/sale', ShortenUrls: 'true' });
    const SendAt = new Date(pidge.now() + 3_600_000).toISOString();
    const scheduled = await send({ ...through, SendAt, ScheduleType: 'fixed' });
    await client.call('POST', '/content/v1/Content', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ friendly_name: 'one', language: 'en', types: { 'twilio/text': { body: 'Hi {{1}}' } } }),
    });
    await client.call('POST', `${client.base}/Keys.json`, { form: { FriendlyName: 'of an app' } });
    const own = `/_admin/v1/accounts/${pidge.account.sid}`;
    await pidge.until(async () => (await client.call('GET', `${own}/error-groups`)).json.groups.length > 0);
    return { service, delivered, scheduled };
  }

  /** What the page in view lets one press and does not only look. */
  const offered = async (): Promise<string[]> => {
    const what = ['button:enabled', '[role="menuitem"]', '[role="switch"]:enabled', 'input[type="checkbox"]:enabled'];
    const all = page.locator(`:is(main, [role="dialog"], [role="menu"]) :is(${what.join(', ')})`);
    const names = (await all.evaluateAll(NAMES_OF)) as string[];
    return names.filter((name) => !LOOKS.some((looks) => looks.test(name)));
  };

  /** Opens the first row of a page and waits for what comes beside it. */
  const openRow = async (path: string, row: string): Promise<void> => {
    await page.goto(path);
    await page.locator(`[data-testid="${row}"]`).first().press('Enter');
    await page.getByRole('dialog').waitFor();
    await settled(page);
  };

  it('opens every page, and none offers to change anything', async () => {
    expect(paths).toEqual(expect.arrayContaining(['/messages', '/send', '/connectors', '/accounts', '/settings']));
    expect(paths).not.toContain('/phones');
    const found: Record<string, string[]> = {};
    for (const path of paths) {
      await page.goto(path);
      await settled(page);
      const failures = await page.locator('main [role="alert"]').allTextContents();
      const wrong = [...failures, ...(await offered())];
      if (wrong.length > 0) found[path] = wrong;
    }
    expect(found).toEqual({});
  }, 60_000);

  it('is told why a form cannot be touched, and sees no secret', async () => {
    const note = () => page.locator('[data-testid="viewer-note"]').locator('visible=true');
    for (const [path, row] of [
      ['/numbers', 'number-row'],
      ['/templates', 'template-row'],
    ] as const) {
      await openRow(path, row);
      await note().waitFor();
      expect([path, await offered()]).toEqual([path, []]);
      expect(await page.locator('[role="dialog"] :is(input, textarea):enabled').count()).toBe(0);
    }
    await page.goto(paths.find((path) => path.startsWith('/services/')) ?? '');
    await page.getByRole('tab', { name: 'Features' }).click();
    await note().waitFor();
    expect(await offered()).toEqual([]);
    await page.goto('/send');
    await page.getByText('A viewer sends nothing.').waitFor();
    await page.goto('/accounts');
    await page.getByText('A viewer sees no secret.').waitFor();
    expect(await page.locator('[data-testid="auth-token"]').textContent()).toBe('•'.repeat(32));
  }, 30_000);

  it('finds nothing that changes in menus, beside the lists and behind keys', async () => {
    await page.goto('/messages');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).waitFor();
    expect(await offered()).toEqual([]);
    await openRow('/webhooks', 'attempt-row');
    expect(await offered()).toEqual([]);
    await page.keyboard.press('r');
    await page.goto(paths.find((path) => path.startsWith('/messages/')) ?? '');
    await settled(page);
    await page.keyboard.press('r');
    await page.goto('/send');
    await page.locator('[data-testid="send-form"] input').first().focus();
    await page.keyboard.press('Control+Enter');
    await settled(page);
    expect(unsafe).toEqual([]);
    expect(open.watch).toEqual({ foreign: [], errors: [] });
  }, 30_000);

  it('is refused by every path that changes something, in the form of all refusals', async () => {
    const guest = await openConsole(pidge);
    await guest.signIn(PASSWORD, 'vera');
    const sid = (prefix: string) => `${prefix}${'0'.repeat(32)}`;
    const pathOf = (path: string) =>
      path
        .replace('{AC}', pidge.account.sid)
        .replace('{path}', `2010-04-01/Accounts/${pidge.account.sid}/Messages.json`)
        .replace('{*}', 'simulated')
        .replace(/\{([A-Z]{2})[^}]*\}/, (_, prefix) => sid(prefix));
    const verbs = (verb: string) => (verb === 'ANY' ? ['POST', 'PUT', 'DELETE'] : [verb]);
    const unsafePaths = Object.keys(DOCS).flatMap((key) => {
      const [verb = '', path = ''] = key.split(' ');
      // Anybody may sign in and out.
      return verb === 'GET' || path === 'session' ? [] : verbs(verb).map((one) => [one, pathOf(path)] as const);
    });
    expect(unsafePaths.length).toBeGreaterThan(20);
    for (const [verb, path] of unsafePaths) {
      const { status, json } = await guest.call(verb, path, { json: {} });
      expect([verb, path, status, json]).toEqual([
        ...[verb, path, 403],
        {
          ...{ code: 20403, status: 403, message: 'A viewer changes nothing' },
          more_info: 'https://www.twilio.com/docs/errors/20403',
          details: expect.objectContaining({ fix: 'Sign in as an operator: vera may look and not change.' }),
        },
      ]);
    }
    await guest.close();
    const { json } = await client.call('GET', `${client.base}/Messages.json`);
    expect(json.messages).toHaveLength(3);
  });
});
