/** Consent uploaded through the official SDK, and what it does to messages. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const FROM = '+12025550100';
const OTHER = '+13125550144';

let pidge: TestPidge;
let client: twilio.Twilio;
let raw: Client;
let last = 0;

beforeAll(async () => {
  pidge = await startTestPidge({
    change(config) {
      config.simulator.receiptAfterMs = 0;
      config.simulator.submitAfterMs = 0;
    },
  });
  client = twilio(pidge.account.sid, pidge.account.token);
  for (const product of [client.api, client.messaging, client.accounts]) product.baseUrl = pidge.origin;
  raw = new Client(pidge.origin, pidge.account);
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
});

const fresh = () => `+131255502${String(++last).padStart(2, '0')}`;
const idOf = (n: number) => n.toString(16).padStart(32, '0');
const consent = (contact_id: string, more: Record<string, unknown> = {}) => ({
  contact_id,
  correlation_id: idOf(1),
  sender_id: FROM,
  status: 'opt-out',
  source: 'website',
  ...more,
});
const upload = async (...items: object[]) => (await client.accounts.v1.bulkConsents.create({ items })).items;
/** What a message ends with. */
async function ended(to: string, form: { from?: string; messagingServiceSid?: string } = { from: FROM }) {
  const { sid } = await client.messages.create({ to, body: 'Hello', ...form });
  const one = async () => client.messages(sid).fetch();
  await pidge.until(async () => ['delivered', 'failed', 'undelivered'].includes((await one()).status));
  const { status, errorCode, errorMessage } = await one();
  return { status, errorCode, errorMessage };
}
const optOuts = async (peer: string) =>
  (await raw.call('GET', `/_admin/v1/accounts/${pidge.account.sid}/opt-outs?peer=${encodeURIComponent(peer)}`)).json
    .opt_outs;

describe('consent taken back', () => {
  it('refuses no create: the message fails with 30630, until consent is given again', async () => {
    const to = fresh();
    expect(await upload(consent(to, { date_of_consent: '2025-02-28T10:05:27Z' }))).toEqual([
      { correlation_id: idOf(1), error_code: 0, error_messages: [] },
    ]);
    expect(await optOuts(to)).toMatchObject([
      { channel: 'sms', scope: FROM, source: 'consent', at: '2025-02-28T10:05:27.000Z' },
    ]);
    expect(await ended(to)).toEqual({
      status: 'failed',
      errorCode: 30630,
      errorMessage: 'Attempt to send to unsubscribed recipient',
    });
    expect(await new TestPhone(raw, to).inbox()).toEqual([]);
    expect(await upload(consent(to))).toMatchObject([{ error_code: 0 }]);
    expect(await upload(consent(to, { status: 'opt-in', source: 'offline' }))).toMatchObject([{ error_code: 0 }]);
    expect(await ended(to)).toMatchObject({ status: 'delivered' });
  });

  it('from a service holds for all that is in it, and for nobody else', async () => {
    const to = fresh();
    const parts = { store: pidge.running.store, clock: pidge };
    const sid = await makeService(parts, pidge.account.sid, { senders: [{ address: OTHER }] });
    await upload(consent(to, { sender_id: sid }));
    for (const form of [{ messagingServiceSid: sid }, { from: OTHER }]) {
      expect(await ended(to, form)).toMatchObject({ status: 'failed', errorCode: 30630 });
    }
    expect(await ended(to)).toMatchObject({ status: 'delivered' });
  });

  it('gives way to START, and an uploaded opt-in to nothing that was said before: it takes a STOP away', async () => {
    const to = fresh();
    const phone = new TestPhone(raw, to);
    await upload(consent(to));
    expect((await phone.send({ to: FROM, body: 'START' })).json.keyword).toMatchObject({ change: 'opt-in' });
    expect(await ended(to)).toMatchObject({ status: 'delivered' });
    await phone.send({ to: FROM, body: 'STOP' });
    await expect(ended(to)).rejects.toMatchObject({ code: 21610 });
    await upload(consent(to, { status: 'opt-in' }));
    expect(await ended(to)).toMatchObject({ status: 'delivered' });
  });

  it('beside a STOP of the same phone says what the STOP says', async () => {
    const to = fresh();
    const parts = { store: pidge.running.store, clock: pidge };
    const address = '+13125550145';
    const sid = await makeService(parts, pidge.account.sid, { senders: [{ address }] });
    await upload(consent(to, { sender_id: address }));
    const stop = { scope: sid, peer: to };
    const headers = { 'content-type': 'application/json' };
    await raw.call('POST', `/_admin/v1/accounts/${pidge.account.sid}/opt-outs`, {
      body: JSON.stringify(stop),
      headers,
    });
    expect(await ended(to, { messagingServiceSid: sid })).toMatchObject({ status: 'failed', errorCode: 21610 });
  });

  it('of the same pair twice in one upload: the last word counts', async () => {
    const to = fresh();
    await upload(consent(to), consent(to, { status: 'opt-in', correlation_id: idOf(2) }));
    expect(await optOuts(to)).toEqual([]);
    await upload(consent(to, { status: 'opt-in' }), consent(to, { correlation_id: idOf(2) }), consent(to));
    expect(await optOuts(to)).toMatchObject([{ source: 'consent' }]);
  });
});

describe('an upload', () => {
  it('takes what is good and tells of the rest by its correlation_id, with 30646 and what is wrong', async () => {
    const to = fresh();
    const broken = consent('+19', { sender_id: `MG${'9'.repeat(32)}`, correlation_id: idOf(7), status: 'maybe' });
    expect(await upload(broken, consent(to), {})).toMatchObject([
      {
        correlation_id: idOf(7),
        error_code: 30646,
        error_messages: ['INVALID_SENDER_ID', 'INVALID_CONTACT_ID', 'INVALID_STATUS'],
      },
      { error_code: 0 },
      { correlation_id: null, error_code: 30646 },
    ]);
    expect(await optOuts(to)).toHaveLength(1);
  });

  it('of contacts is judged with 30647', async () => {
    const home = { country_iso_code: 'US', zip_code: '94105' };
    const items = [
      { contact_id: fresh(), correlation_id: idOf(1), ...home },
      { contact_id: fresh(), correlation_id: idOf(2), ...home, zip_code: 'x' },
    ];
    expect((await client.accounts.v1.bulkContacts.create({ items })).items).toEqual([
      { correlation_id: idOf(1), error_code: 0, error_messages: [] },
      { correlation_id: idOf(2), error_code: 30647, error_messages: ['INVALID_ZIP_CODE'] },
    ]);
  });

  it.each(['Consents', 'Contacts'])('to %s is of 1 to 25 items, each an object in JSON', async (kind) => {
    const path = `/v1/${kind}/Bulk`;
    const items = (count: number, text = '{}') => Array.from({ length: count }, () => ['Items', text]);
    expect((await raw.call('POST', path, { form: items(25) as [string, string][] })).json.items).toHaveLength(25);
    for (const [form, parameter] of [
      [[], 'Items'],
      [items(26), 'Items'],
      [[...items(1), ...items(1, 'no')], 'Items[1]'],
      [items(1, '[]'), 'Items[0]'],
      [items(1, 'null'), 'Items[0]'],
    ] as [[string, string][], string][]) {
      const { status, json } = await raw.call('POST', path, { form });
      expect([status, json.code, json.details.parameter]).toEqual([400, 20001, parameter]);
    }
    expect((await raw.call('GET', path)).json.code).toBe(20004);
    expect((await raw.call('POST', path, { auth: null })).status).toBe(401);
  });
});
