/** The Send and Scheduled pages in a browser: refusals beside their fields, what the API would say, code that runs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenPage, openPage, startBrowser, whyNoBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const NUMBER = '+12025550100';
const missing = whyNoBrowser();
if (missing !== null) console.warn(`Skipped: ${missing}`);
const run = promisify(execFile);

describe.skipIf(missing !== null)('the Send page', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;
  let open: OpenPage;

  let count = 0;
  /** Each test writes to somebody else. */
  let phone: string;

  beforeAll(async () => {
    browser = await startBrowser();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await browser.close();
    await client.close();
    await pidge.close();
  });
  beforeEach(async () => {
    count += 1;
    phone = `+1202555012${count}`;
    open = await openPage(browser, pidge.origin);
  });
  afterEach(() => open.close());

  const goTo = async (form: Record<string, string> = {}) => {
    await open.page.goto(`/send?${new URLSearchParams(form)}`);
    await open.page.getByTestId('send-form').waitFor();
  };
  const messages = async (): Promise<{ body: string; status: string; sid: string }[]> =>
    (await client.call('GET', `${client.base}/Messages.json?To=${encodeURIComponent(phone)}`)).json.messages;
  const field = (name: string) => open.page.getByTestId(`field-${name}`);
  const outcome = (kind: string) => open.page.locator(`[data-testid="outcome"][data-kind="${kind}"]`);
  const serviceSid = async (): Promise<string> => (await client.call('GET', '/v1/Services')).json.services.at(-1).sid;

  it('sends what was typed, and keeps it in the address', async () => {
    await goTo();
    await field('To').fill(phone);
    await field('From').fill(NUMBER);
    await field('Body').fill('See you – at 10:00');
    await open.page.getByTestId('segment-meter').filter({ hasText: '18/70 UCS-2' }).waitFor();
    await open.page.getByTestId('guilty').getByText('U+2013').waitFor();
    await open.page.getByTestId('guilty').getByRole('button', { name: 'Replace' }).click();
    await open.page.getByTestId('segment-meter').getByText('GSM-7').waitFor();
    await open.page.waitForURL(({ searchParams }) => searchParams.get('Body') === 'See you - at 10:00');
    await open.page.getByTestId('send').click();
    await outcome('sent').waitFor();
    expect((await messages())[0]).toMatchObject({ body: 'See you - at 10:00' });
    await open.page.reload();
    expect(await field('Body').inputValue()).toBe('See you - at 10:00');
    expect(open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('shows the refusal of the API beside its field, for a check as for a send', async () => {
    for (const button of ['check', 'send']) {
      await goTo({ To: phone, From: '+15017122661', Body: 'Hi' });
      await open.page.getByTestId(button).click();
      await open.page.getByTestId('error-From').getByText('21659').waitFor();
      await outcome('refused').getByText('21659').waitFor();
    }
    await goTo({ To: 'nonsense', From: NUMBER, Body: 'Hi' });
    await open.page.getByTestId('send').click();
    await open.page.getByTestId('error-To').getByText('21211').waitFor();
    await field('To').fill(phone);
    await open.page.getByTestId('error-To').waitFor({ state: 'detached' });
    expect(await messages()).toEqual([]);
    expect(open.watch.foreign).toEqual([]);
  });

  it('says what the API would answer, and sends nothing', async () => {
    await goTo({ To: phone, From: NUMBER, Body: 'Hi' });
    await open.page.getByTestId('check').click();
    await outcome('checked').getByText('The API would answer 201').waitFor();
    expect(await messages()).toEqual([]);
  });

  it('shows code that runs as it is pasted, the token in it only when it is asked for', async () => {
    await goTo({ To: phone, From: NUMBER, Body: `It's "me" – $HOME` });
    const code = open.page.getByTestId('snippet').filter({ hasText: 'curl -X POST' });
    await code.waitFor();
    const bare = (await code.textContent()) ?? '';
    expect(bare).toContain('$TWILIO_AUTH_TOKEN');
    expect(bare).not.toContain(`:${pidge.account.token}`);
    const env = { ...process.env, TWILIO_AUTH_TOKEN: pidge.account.token, no_proxy: '*' };
    const first = await run('sh', ['-c', bare.trim()], { env });
    expect(JSON.parse(first.stdout)).toMatchObject({ to: phone, body: `It's "me" – $HOME`, status: 'queued' });
    await open.page.getByTestId('reveal-token').click();
    await open.page.getByTestId('snippet').getByText(`:${pidge.account.token}`).waitFor();
    const second = await run('sh', ['-c', ((await code.textContent()) ?? '').trim()], {
      env: { ...process.env, no_proxy: '*' },
    });
    expect(JSON.parse(second.stdout)).toMatchObject({ to: phone, status: 'queued' });
  });

  it.each([
    ['Node', process.execPath, ['--input-type=module', '-e']],
    ['Python', '/usr/bin/python3', ['-c']],
  ])('shows code that runs with the official library: %s', async (language, program, flags) => {
    const hasLibrary = await run(program, language === 'Node' ? ['-e', ''] : ['-c', 'import twilio']).catch(() => null);
    if (hasLibrary === null) {
      console.warn(`Skipped: no official library for ${language} here`);
      return;
    }
    const Body = `It's "me" – $HOME \\ 👋\nsecond line`;
    await goTo({ To: phone, From: NUMBER, Body });
    await open.page.getByTestId('reveal-token').click();
    await open.page.getByRole('tab', { name: language }).click();
    const code = open.page.getByTestId('snippet').filter({ hasText: 'messages.create' }).filter({ visible: true });
    await code.getByText(pidge.account.token).first().waitFor();
    const { stdout } = await run(program, [...flags, ((await code.textContent()) ?? '').trim()]);
    expect(stdout).toMatch(/^SM[0-9a-f]{32} queued/);
    expect((await messages())[0]).toMatchObject({ body: Body });
  });

  it('fills in an example that can be sent as it is', async () => {
    await goTo();
    await open.page.getByTestId('example').click();
    await open.page.getByTestId('check').click();
    await outcome('checked').waitFor();
  });

  it('schedules, shows it on the Scheduled page, and cancels it there', async () => {
    await goTo({ To: phone, MessagingServiceSid: await serviceSid(), Body: 'Later' });
    await open.page.getByRole('button', { name: 'In 16 minutes' }).click();
    await open.page.getByTestId('send').click();
    await outcome('sent').locator('[data-status="scheduled"]').waitFor();
    await open.page.goto('/scheduled');
    const row = open.page.getByTestId('scheduled-row');
    await row.getByText('Later').waitFor();
    await row.getByTestId('cancel').click();
    await open.page.getByRole('button', { name: 'Cancel the message' }).click();
    await open.page.getByTestId('empty-state').waitFor();
    expect((await messages())[0]).toMatchObject({ body: 'Later', status: 'canceled' });
    const command = (await open.page.getByTestId('snippet').textContent()) ?? '';
    const env = { ...process.env, TWILIO_AUTH_TOKEN: pidge.account.token, no_proxy: '*' };
    const { stdout } = await run('sh', ['-c', command.trim()], { env });
    expect(JSON.parse(stdout).status).toBe('scheduled');
    await row.waitFor();
  });
});
