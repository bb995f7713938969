/** What a phone shows of its conversation: both sides, what became of each message, and what a restart leaves of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { PNG } from '../helpers/media-host.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const NUMBER = '+12025550100';

interface Shown {
  direction: string;
  sid: string | null;
  body: string;
  status: string | null;
  why?: string;
  notice?: boolean;
  error_code?: number | null;
  webhook?: { attempt: number; url: string; status: number | null; error_code: number | null } | null;
  alerts?: { code: number }[];
  media: { url?: string; content_type: string }[];
}

interface Page {
  messages: Shown[];
  next: string | null;
  receivers: string[];
  optouts: unknown[];
  phone: unknown;
}

describe('the conversation of a phone', () => {
  let pidge: TestPidge;
  let client: Client;
  let app: TestApp;
  let phone: TestPhone;

  let count = 0;
  let number: string;

  beforeAll(async () => {
    app = await new TestApp().start();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    await point({ sms_url: app.url('/in') });
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
    await app.stop();
  });
  beforeEach(() => {
    // Each test has a phone of its own.
    count += 1;
    number = `+1202555013${count}`;
    phone = new TestPhone(client, number);
    app.answer = () => '<Response/>';
  });

  const point = async (properties: Record<string, unknown>) => {
    const found = await pidge.running.store.senderByAddress(NUMBER);
    if (!found) throw new Error(`${NUMBER} is not there`);
    await pidge.running.store.saveSender({ ...found, properties });
  };
  const arrived = (count = 1) => pidge.until(async () => (await phone.inbox()).length === count);
  const conversation = async (query = ''): Promise<Page> => (await phone.call('GET', `conversation${query}`)).json;
  const listed = async () =>
    (await client.call('GET', '/_test/v1/default/phones', { auth: null })).json.phones.find(
      (one: { number: string }) => one.number === number,
    );

  it('has under each text of the phone what the app said to it', async () => {
    app.answer = () => '<Response><Message>Hello back</Message></Response>';
    const { json } = await phone.send('Hello');
    await arrived();
    const { messages, receivers } = await conversation();
    expect(messages).toMatchObject([
      { direction: 'sent', sid: json.sid, body: 'Hello', status: 'received', alerts: [] },
      { direction: 'received', body: 'Hello back', status: expect.any(String) },
    ]);
    expect(messages[0]?.webhook).toMatchObject({ url: app.url('/in'), status: 200, error_code: null });
    expect(receivers[0]).toBe(NUMBER);
    app.answer = () => 'no TwiML';
    await phone.send('Again');
    const failed = (await conversation()).messages.at(-1);
    expect(failed).toMatchObject({ body: 'Again', webhook: { error_code: expect.any(Number) } });
    expect(failed?.alerts).toMatchObject([{ code: failed?.webhook?.error_code }]);
  });

  it('shows what never arrived, with its code', async () => {
    await client.call('PUT', `/_test/v1/default/phones/${number}`, {
      auth: null,
      headers: { 'content-type': 'application/json' },
      body: '{"behave":{"script":[{"undelivered":30003},{"failed":30005}]}}',
    });
    for (const Body of ['One', 'Two', 'Three']) {
      const { json } = await client.send({ To: number, Body });
      await pidge.until(async () =>
        ['delivered', 'undelivered', 'failed'].includes(
          (await pidge.running.store.message(pidge.account.sid, json.sid))?.status ?? '',
        ),
      );
    }
    const { messages, phone: shown } = await conversation();
    const outcomes = messages.map(({ direction, status, error_code }) => [direction, status, error_code]);
    expect(outcomes).toEqual([
      ['missed', 'undelivered', 30003],
      ['missed', 'failed', 30005],
      ['received', 'delivered', null],
    ]);
    expect(shown).toMatchObject({ script_step: 2, unread: 1 });
  });

  it('shows a STOP, its confirmation and since when nothing more is wanted', async () => {
    const { json } = await phone.send('STOP');
    await arrived();
    const { messages, optouts } = await conversation();
    expect(messages).toMatchObject([
      { direction: 'sent', sid: json.sid, body: 'STOP' },
      { direction: 'received', notice: true, status: null },
    ]);
    expect(optouts).toMatchObject([{ scope: NUMBER, channel: 'sms', source: 'keyword', at: expect.any(String) }]);
    expect(await listed()).toMatchObject({ opted_out: 1 });
  });

  it('has files of both sides at addresses that open', async () => {
    const base64 = Buffer.from(PNG).toString('base64');
    await phone.send({ body: 'Look', media: [{ content_type: 'image/png', base64 }] });
    const [sent] = (await conversation()).messages;
    const url = sent?.media[0]?.url ?? '';
    const file = await client.call('GET', new URL(url).pathname, { auth: null });
    expect([file.status, file.headers['content-type'], sent?.media[0]?.content_type]).toEqual([
      200,
      'image/png',
      'image/png',
    ]);
  });

  it('counts what nobody has looked at, and tells the newest message', async () => {
    await client.send({ To: number, Body: 'One' });
    await client.send({ To: number, Body: 'Two' });
    await arrived(2);
    expect(await listed()).toMatchObject({ unread: 2, last: { direction: 'received', channel: 'sms' } });
    expect((await phone.call('POST', 'seen', {})).json.unread).toBe(0);
    await phone.send('Three');
    expect(await listed()).toMatchObject({ unread: 0, last: { direction: 'sent', body: 'Three' } });
  });

  it('comes in pages, the newest first', async () => {
    for (const body of ['One', 'Two', 'Three', 'Four', 'Five']) await phone.send(body);
    const first = await conversation('?limit=2');
    expect(first.messages.map(({ body }) => body)).toEqual(['Four', 'Five']);
    const second = await conversation(`?limit=2&before=${first.next}`);
    expect(second.messages.map(({ body }) => body)).toEqual(['Two', 'Three']);
    const last = await conversation(`?limit=2&before=${second.next}`);
    expect([last.messages.map(({ body }) => body), last.next]).toEqual([['One'], null]);
    expect((await phone.call('GET', 'conversation?limit=0')).json).toMatchObject({ code: 20001 });
  });

  it('is told to each account as far as it is its own, and to nobody of an account that is not there', async () => {
    await client.send({ To: number, Body: 'Hello' });
    await arrived();
    const { json: other } = await client.call('POST', '/2010-04-01/Accounts.json', { form: { FriendlyName: 'Other' } });
    const of = (sandbox: string) =>
      client.call('GET', `/_test/v1/${sandbox}/phones/${number}/conversation`, { auth: null });
    expect((await of(pidge.account.sid)).json.messages).toMatchObject([{ body: 'Hello', direction: 'received' }]);
    // The phone has got it all the same; whose it is, is not told.
    expect((await of(other.sid)).json.messages).toMatchObject([{ body: 'Hello', status: null }]);
    expect((await of('AC00000000000000000000000000000009')).status).toBe(404);
  });

  it('lists the ways in which a phone can behave', async () => {
    const { json } = await client.call('GET', '/_test/v1/default/behaviours', { auth: null });
    expect(json.behaviours.map(({ name }: { name: string }) => name)).toContain('unreachable_until');
  });

  it('says of what nobody receives why it became no message', async () => {
    const address = '+12125550149';
    await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      properties: { use_inbound_webhook_on_number: false },
      senders: [{ address }],
    });
    const { json } = await phone.send({ body: 'Hello?', to: address });
    expect(json.sid).toBe(null);
    expect((await conversation()).messages).toMatchObject([
      { direction: 'sent', sid: null, status: null, why: json.why },
    ]);
  });
});
