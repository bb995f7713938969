/** Scripts in every field that is stored: shown as the text they are, on every page, and never run. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, settled, startBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const RAN = '/canary-ran';
/** Runs wherever markup is taken for markup; `name` tells the field. */
const canary = (name: string) =>
  `<img src=x onerror="fetch('${RAN}?${name}')"><script>fetch('${RAN}?${name}')</script>`;
const AS_URL = "javascript:fetch('/canary-ran?url')";

describeInBrowser('script canaries', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;
  let serviceSid: string;

  beforeAll(async () => {
    browser = await startBrowser();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    const post = async (path: string, form: Record<string, string>) => {
      const answer = await client.call('POST', path, { form });
      expect(answer.status, `${path}: ${answer.text}`).toBeLessThan(300);
      return answer.json;
    };
    const { base } = client;
    await post(`${base}.json`, { FriendlyName: canary('account').slice(0, 64) });
    await post('/2010-04-01/Accounts.json', { FriendlyName: canary('subaccount').slice(0, 64) });
    await post(`${base}/Keys.json`, { FriendlyName: canary('key').slice(0, 64) });
    const number = await post(`${base}/IncomingPhoneNumbers.json`, {
      PhoneNumber: '+12025550177',
      FriendlyName: canary('number').slice(0, 64),
      SmsUrl: `http://127.0.0.1:9/?${canary('webhook')}`,
    });
    const service = await post('/v1/Services', {
      FriendlyName: canary('service').slice(0, 64),
      InboundRequestUrl: `http://127.0.0.1:9/?${canary('inbound')}`,
    });
    serviceSid = service.sid;
    await post(`/v1/Services/${serviceSid}/PhoneNumbers`, { PhoneNumberSid: number.sid });
    await client.call('POST', '/v1/Content', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        friendly_name: canary('template'),
        language: 'en',
        variables: { 1: canary('variable') },
        types: { 'twilio/text': { body: `${canary('type')} {{1}}` } },
      }),
    });
    await client.send({
      Body: `${canary('body')} ${AS_URL}`,
      Tags: JSON.stringify({ a: canary('tag').slice(0, 100) }),
      StatusCallback: `http://127.0.0.1:9/?${canary('callback')}`,
    });
    await client.send({ To: '+15005530003', Body: canary('failed') });
    await client.send({
      MessagingServiceSid: serviceSid,
      From: '',
      Body: canary('scheduled'),
      ScheduleType: 'fixed',
      SendAt: new Date(pidge.now() + 3_600_000).toISOString(),
    });
    await new TestPhone(client).send({ body: canary('inbound-body'), to: '+12025550177' });
    await new TestPhone(client, '+12025550102').send({
      channel: 'whatsapp',
      to: 'whatsapp:+12025550100',
      body: canary('whatsapp'),
    });
    await pidge.until(async () => {
      const { json } = await client.call('GET', `${base}/Messages.json?PageSize=20`);
      return json.messages.filter(({ status }: { status: string }) => status === 'delivered').length >= 1;
    });
  });
  afterAll(async () => {
    await browser.close();
    await client.close();
    await pidge.close();
  });

  it('never run, on any page, and stand there as text', async () => {
    const { page, watch, close } = await openPage(browser, pidge.origin);
    const ran: string[] = [];
    page.on('request', (request) => request.url().includes(RAN) && ran.push(request.url()));
    page.on('dialog', (dialog) => ran.push(dialog.message()));
    const { json } = await client.call('GET', `${client.base}/Messages.json?PageSize=20`);
    const sids: string[] = json.messages.map(({ sid }: { sid: string }) => sid);
    expect(sids.length).toBeGreaterThanOrEqual(5);
    const lists = ['messages', 'errors', 'webhooks', 'phones', 'scheduled', 'templates', 'numbers', 'services'];
    const more = ['accounts', 'accounts?tab=keys', 'accounts?tab=subaccounts', 'settings', `services/${serviceSid}`];
    const paths = [...lists, ...more, ...sids.map((sid) => `messages/${sid}`), 'phones?open=%2B12025550101'];
    const shown: string[] = [];
    for (const path of paths) {
      await page.goto(`/${path}`);
      await settled(page);
      shown.push(await page.locator('body').innerText());
      const links = await page
        .locator('a[href]')
        .evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
      expect(links.filter((href) => /^\s*(javascript|data|vbscript):/i.test(href))).toEqual([]);
    }
    await close();
    expect(ran).toEqual([]);
    expect(watch.foreign).toEqual([]);
    // They were looked at, not left out.
    const text = shown.join('\n');
    for (const name of ['body', 'failed', 'scheduled', 'inbound-body', 'template', 'service', 'number', 'key']) {
      expect(text, name).toContain(`${RAN}?${name}`);
    }
  });
});
