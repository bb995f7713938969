/** Who came by a short link, as the console tells it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODE_LENGTH } from '../../src/domain/links.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const FROM = '+13125550110';
const TARGET = 'https://shop.example.com/spring/sale';

describe('visits of short links', () => {
  let pidge: TestPidge;
  let client: Client;
  let service: string;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    const of = { store: pidge.running.store, clock: pidge };
    service = await makeService(of, pidge.account.sid, { senders: [{ address: FROM }] });
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const send = async (form: Record<string, string> = {}) =>
    (await client.send({ From: FROM, MessagingServiceSid: service, Body: TARGET, ShortenUrls: 'true', ...form })).json;
  const delivered = (sid: string) =>
    pidge.until(
      async () => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status === 'delivered',
    );

  it('tell the console who came by: previews are marked and no clicks, and nobody is known too well', async () => {
    const json = await send();
    const code = json.body.slice(-CODE_LENGTH);
    await delivered(json.sid);
    const come = (agent: string, more: Record<string, string> = {}) =>
      client.call('GET', `/l/${code}`, { auth: null, headers: { 'user-agent': agent, ...more } });
    for (const agent of ['WhatsApp/2.24.1 A', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1_1) Safari/604.1']) {
      expect((await come(agent)).headers.location).toBe(TARGET);
    }
    await come('Mozilla/5.0 (iPhone)', { 'x-purpose': 'preview' });
    const log = `/_admin/v1/accounts/${pidge.account.sid}/links/${code}/clicks`;
    const { link, visits, is_complete } = (await client.call('GET', log)).json;
    expect([link.code, link.clicks, link.previews, is_complete]).toEqual([code, 1, 2, true]);
    expect(visits).toEqual([
      { at: expect.any(String), kind: 'preview', user_agent: 'Mozilla/5 (iPhone)' },
      { at: expect.any(String), kind: 'person', user_agent: 'Mozilla/5 (iPhone; CPU iPhone OS 18) Safari/604' },
      { at: expect.any(String), kind: 'preview', user_agent: 'WhatsApp/2 A' },
    ]);
    for (const path of ['None000001', 'x', '%00']) {
      const missing = await client.call('GET', log.replace(code, path));
      expect([missing.status, missing.json.code]).toEqual([404, 20404]);
    }
    // What was noted goes with the text, and of a message that has none nothing is noted any more.
    const path = `${client.base}/Messages/${json.sid}.json`;
    for (const [nth, gone] of [
      [2, () => client.call('POST', path, { form: { Body: '' } })],
      [3, () => client.call('DELETE', path)],
    ] as const) {
      expect((await gone()).status).toBeLessThan(300);
      await come('Phone/1.0');
      const after = (await client.call('GET', log)).json;
      expect([after.visits, after.link.clicks, after.is_complete]).toEqual([[], nth, false]);
    }
  });

  it('of a message that keeps no numbers tell when somebody came, and nothing more', async () => {
    const json = await send({ AddressRetention: 'obfuscate' });
    const code = json.body.slice(-CODE_LENGTH);
    await delivered(json.sid);
    await client.call('GET', `/l/${code}`, { auth: null, headers: { 'user-agent': 'Phone/1.0' } });
    const log = await client.call('GET', `/_admin/v1/accounts/${pidge.account.sid}/links/${code}/clicks`);
    expect(log.json.visits).toMatchObject([{ kind: 'person', user_agent: '' }]);
  });
});
