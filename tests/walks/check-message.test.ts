/** "Check only" of the console: what the API would answer, by every rule of create, and nothing comes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const TO = '+12025550101';
const FROM = '+12025550100';

describe('checking a message', () => {
  let pidge: TestPidge;
  let client: Client;
  let page: ConsolePage;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    page = await openConsole(pidge);
  });
  afterAll(async () => {
    await page.close();
    await client.close();
    await pidge.close();
  });

  const check = (form: Record<string, string>) =>
    page.call('POST', `accounts/${pidge.account.sid}/messages/check`, { form });
  const kept = async () => (await client.call('GET', `${client.base}/Messages.json`)).json.messages;

  it('tells what would be made, and makes nothing', async () => {
    const { status, json } = await check({ To: TO, From: FROM, Body: 'See you – at 10:00' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ would_answer: 201, encoding: 'UCS-2', segments: 1, send_at: null });
    expect(json.message).toMatchObject({ sid: null, status: 'queued', from: FROM, to: TO });
    expect(await kept()).toEqual([]);
  });

  it('refuses as a send would, word for word', async () => {
    const forms: Record<string, string>[] = [
      { To: 'x', From: FROM, Body: 'Hi' },
      { To: TO, From: '+15017122661', Body: 'Hi' },
      { To: TO, From: FROM },
      { To: TO, MessagingServiceSid: 'MG00000000000000000000000000000009', Body: 'Hi' },
      { To: '+15005550001', From: FROM, Body: 'Hi' },
    ];
    for (const form of forms) {
      const checked = await check(form);
      const sent = await client.call('POST', `${client.base}/Messages.json`, { form });
      const words = ({ status, json }: typeof sent) => [status, json.code, json.message, json.details?.parameter];
      expect(words(checked)).toEqual(words(sent));
      expect(checked.status).toBeGreaterThanOrEqual(400);
    }
    expect(await kept()).toEqual([]);
  });

  it('counts what a service would send later, and tells its hour', async () => {
    const { json } = await client.call('GET', '/v1/Services');
    const SendAt = new Date(pidge.now() + 3_600_000).toISOString();
    const MessagingServiceSid = json.services.at(-1).sid;
    const answer = await check({ To: TO, MessagingServiceSid, Body: 'x'.repeat(161), SendAt, ScheduleType: 'fixed' });
    expect(answer.json).toMatchObject({ segments: 2, send_at: SendAt, message: { status: 'scheduled', from: null } });
    expect(await kept()).toEqual([]);
  });
});
