/** The Send and Scheduled pages in a browser: refusals beside their fields, what the API would say, code that runs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from 'vitest';
import { type OpenPage, openPage } from '../helpers/browser.ts';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';

const NUMBER = '+12025550100';
const run = promisify(execFile);

describeInBrowser('the Send page', () => {
  // Farther than the default, which nothing on these pages may take for granted.
  const seat = takeSeat({ change: ({ limits }) => Object.assign(limits, { scheduleMinLeadMs: 30 * 60_000 }) });

  let count = 0;
  /** Each test writes to somebody else. */
  let phone: string;

  beforeEach(() => {
    count += 1;
    phone = `+1202555012${count}`;
  });

  const goTo = async (form: Record<string, string> = {}) => {
    await seat.open.page.goto(`/send?${new URLSearchParams(form)}`);
    await seat.open.page.getByTestId('send-form').waitFor();
  };
  const messages = async (): Promise<{ body: string; status: string; sid: string }[]> =>
    (await seat.client.call('GET', `${seat.client.base}/Messages.json?To=${encodeURIComponent(phone)}`)).json.messages;
  const field = (name: string) => seat.open.page.getByTestId(`field-${name}`);
  const outcome = (kind: string) => seat.open.page.locator(`[data-testid="outcome"][data-kind="${kind}"]`);
  const serviceSid = async (): Promise<string> =>
    (await seat.client.call('GET', '/v1/Services')).json.services.at(-1).sid;

  it('sends what was typed, and keeps it in the address', async () => {
    await goTo();
    await field('To').fill(phone);
    await field('From').fill(NUMBER);
    await field('Body').fill('See you – at 10:00');
    await seat.open.page.getByTestId('segment-meter').filter({ hasText: '18/70 UCS-2' }).waitFor();
    await seat.open.page.getByTestId('guilty').getByText('U+2013').waitFor();
    await seat.open.page.getByTestId('guilty').getByRole('button', { name: 'Replace' }).click();
    await seat.open.page.getByTestId('segment-meter').getByText('GSM-7').waitFor();
    await seat.open.page.waitForURL(({ searchParams }) => searchParams.get('Body') === 'See you - at 10:00');
    await seat.open.page.getByTestId('send').click();
    await outcome('sent').waitFor();
    expect((await messages())[0]).toMatchObject({ body: 'See you - at 10:00' });
    await seat.open.page.reload();
    expect(await field('Body').inputValue()).toBe('See you - at 10:00');
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('shows the refusal of the API beside its field, for a check as for a send', async () => {
    for (const button of ['check', 'send']) {
      await goTo({ To: phone, From: '+15017122661', Body: 'Hi' });
      await seat.open.page.getByTestId(button).click();
      await seat.open.page.getByTestId('error-From').getByText('21659').waitFor();
      await outcome('refused').getByText('21659').waitFor();
    }
    await goTo({ To: 'nonsense', From: NUMBER, Body: 'Hi' });
    await seat.open.page.getByTestId('send').click();
    await seat.open.page.getByTestId('error-To').getByText('21211').waitFor();
    await field('To').fill(phone);
    await seat.open.page.getByTestId('error-To').waitFor({ state: 'detached' });
    expect(await messages()).toEqual([]);
    expect(seat.open.watch.foreign).toEqual([]);
  });

  it('says what the API would answer, and sends nothing', async () => {
    await goTo({ To: phone, From: NUMBER, Body: 'Hi' });
    await seat.open.page.getByTestId('check').click();
    await outcome('checked').getByText('The API would answer 201').waitFor();
    expect(await messages()).toEqual([]);
  });

  it('shows code that runs as it is pasted, the token in it only when it is asked for', async () => {
    await goTo({ To: phone, From: NUMBER, Body: `It's "me" – $HOME` });
    const code = seat.open.page.getByTestId('snippet').filter({ hasText: 'curl -X POST' });
    await code.waitFor();
    const bare = (await code.textContent()) ?? '';
    expect(bare).toContain('$TWILIO_AUTH_TOKEN');
    expect(bare).not.toContain(`:${seat.pidge.account.token}`);
    const env = { ...process.env, TWILIO_AUTH_TOKEN: seat.pidge.account.token, no_proxy: '*' };
    const first = await run('sh', ['-c', bare.trim()], { env });
    expect(JSON.parse(first.stdout)).toMatchObject({ to: phone, body: `It's "me" – $HOME`, status: 'queued' });
    await seat.open.page.getByTestId('reveal-token').click();
    await seat.open.page.getByTestId('snippet').getByText(`:${seat.pidge.account.token}`).waitFor();
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
    await seat.open.page.getByTestId('reveal-token').click();
    await seat.open.page.getByRole('tab', { name: language }).click();
    const code = seat.open.page.getByTestId('snippet').filter({ hasText: 'messages.create' }).filter({ visible: true });
    await code.getByText(seat.pidge.account.token).first().waitFor();
    const { stdout } = await run(program, [...flags, ((await code.textContent()) ?? '').trim()]);
    expect(stdout).toMatch(/^SM[0-9a-f]{32} queued/);
    expect((await messages())[0]).toMatchObject({ body: Body });
  });

  it('fills in an example that can be sent as it is', async () => {
    await goTo();
    await seat.open.page.getByTestId('example').click();
    await seat.open.page.getByTestId('check').click();
    await outcome('checked').waitFor();
  });

  it('means the same hour wherever its link is opened', async () => {
    const at = '2026-11-23T23:15:00Z';
    const open = (timezoneId: string) => openPage(seat.browser, seat.pidge.origin, { timezoneId });
    const [kolkata, newYork] = [await open('Asia/Kolkata'), await open('America/New_York')];
    try {
      const sendAt = ({ page }: OpenPage) => page.getByTestId('field-SendAt');
      await kolkata.page.goto(`/send?${new URLSearchParams({ To: phone })}`);
      await sendAt(kolkata).fill('2026-11-24T04:45');
      await kolkata.page.waitForURL(({ searchParams }) => searchParams.get('SendAt') === at);
      await newYork.page.goto(kolkata.page.url());
      await newYork.page.getByTestId('snippet').getByText(at).first().waitFor();
      expect(await sendAt(newYork).inputValue()).toBe('2026-11-23T18:15');
      // A link without a zone, as older versions made them, is in the reader's own time.
      await newYork.page.goto('/send?SendAt=2026-11-23T18:15');
      await newYork.page.getByText(`${at} UTC`).waitFor();
      expect(await sendAt(newYork).inputValue()).toBe('2026-11-23T18:15');
    } finally {
      await kolkata.close();
      await newYork.close();
    }
  });

  it('schedules, shows it on the Scheduled page, and cancels it there', async () => {
    await goTo({ To: phone, MessagingServiceSid: await serviceSid(), Body: 'Later' });
    await seat.open.page.getByText('30 min to 7 d ahead').waitFor();
    await seat.open.page.getByRole('button', { name: 'In 35 min' }).click();
    await seat.open.page.getByTestId('send').click();
    await outcome('sent').locator('[data-status="scheduled"]').waitFor();
    await seat.open.page.goto('/scheduled');
    const row = seat.open.page.getByTestId('scheduled-row');
    await row.getByText('Later').waitFor();
    await row.getByTestId('cancel').click();
    await seat.open.page.getByRole('button', { name: 'Cancel the message' }).click();
    await seat.open.page.getByTestId('empty-state').waitFor();
    expect((await messages())[0]).toMatchObject({ body: 'Later', status: 'canceled' });
    const command = (await seat.open.page.getByTestId('snippet').textContent()) ?? '';
    const env = { ...process.env, TWILIO_AUTH_TOKEN: seat.pidge.account.token, no_proxy: '*' };
    const { stdout } = await run('sh', ['-c', command.trim()], { env });
    expect(JSON.parse(stdout).status).toBe('scheduled');
    await row.waitFor();
  });
});
