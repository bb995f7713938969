/** The official client sends media, by MMS, as links and on a channel, and gets at their files; over real HTTP. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadHost, CSV, PDF } from '../helpers/bad-host.ts';
import { Client } from '../helpers/client.ts';
import { PNG } from '../helpers/media-host.ts';
import { openWindow } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const from = '+12025550100';
const to = '+12025550101';
const UK = '+447700900123';
const UK_PHONE = '+447700900456';

describe('the official Node SDK', () => {
  let pidge: TestPidge;
  let host: BadHost;
  let client: twilio.Twilio;
  let raw: Client;

  beforeAll(async () => {
    host = await new BadHost().start();
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
    client.messaging.baseUrl = pidge.origin;
    client.content.baseUrl = pidge.origin;
    raw = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await raw.close();
    await pidge.close();
    await host.stop();
  });

  type Draft = Parameters<typeof client.messages.create>[0];
  const url = (...names: string[]) => names.map((name) => host.url(name));
  const delivered = async (draft: Draft) => {
    const { sid } = await client.messages.create(draft);
    await pidge.until(async () => !/queued|accepted|sen/.test((await client.messages(sid).fetch()).status));
    return client.messages(sid).fetch();
  };
  const arrived = async (sid: string, number: string) => {
    const { json } = await raw.call('GET', `/_test/v1/default/phones/${encodeURIComponent(number)}/inbox`);
    return json.messages.find((message: { sid: string }) => message.sid === sid);
  };
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => null,
      (error: unknown) => (error instanceof twilio.RestException ? [error.status, error.code] : error),
    );
  /** As an app that follows links without credentials. */
  const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(path.startsWith('http') ? path : pidge.origin + path, { method, headers });
  const filePath = (uri: string) => uri.replace(/\.json$/, '');

  it('sends pictures as MMS, in their order, and their bytes are had by their URL', async () => {
    const made = await client.messages.create({
      to,
      from,
      body: 'Look',
      mediaUrl: url('cat.png', 'as-octets', 'file.pdf'),
    });
    expect(made).toMatchObject({ status: 'queued', numMedia: '3', numSegments: '1', body: 'Look' });
    expect(made.sid).toMatch(/^MM/);
    expect(made.subresourceUris.media).toBe(
      `/2010-04-01/Accounts/${pidge.account.sid}/Messages/${made.sid}/Media.json`,
    );
    await pidge.until(async () => (await client.messages(made.sid).fetch()).status === 'delivered');
    const listed = await client.messages(made.sid).media.list();
    expect(listed.map(({ contentType }) => contentType)).toEqual(['image/png', 'image/png', 'application/pdf']);
    const phone = await arrived(made.sid, to);
    expect(phone).toMatchObject({ body: 'Look', parts: 1 });
    expect(phone.media.map(({ content_type }: { content_type: string }) => content_type)).toEqual([
      'image/png',
      'image/png',
      'application/pdf',
    ]);
    const taken = await open(phone.media[2].url);
    expect(Buffer.from(await taken.arrayBuffer())).toEqual(PDF);
    const file = await open(filePath(listed[0]?.uri ?? ''));
    expect([file.status, file.redirected, Buffer.from(await file.arrayBuffer())]).toEqual([200, true, PNG]);
    expect(file.url).toMatch(/\/media\/ME[0-9a-f]{32}\?Expires=\d+&Signature=[\w-]{22}$/);
  });

  it('sends what is encoded, redirected or behind a login, and text by its header', async () => {
    const login = host.url('behind-login.png').replace('http://', 'http://ada:secret@');
    const message = await delivered({ to, from, mediaUrl: [login, ...url('redirect-ok', 'packed.csv', 'as-html')] });
    expect(message).toMatchObject({ status: 'delivered', body: '', numMedia: '4' });
    const listed = await client.messages(message.sid).media.list();
    expect(listed.map(({ contentType }) => contentType)).toEqual(['image/png', 'image/png', 'text/csv', 'image/png']);
    const csv = await open(filePath(listed[2]?.uri ?? ''));
    expect(await csv.text()).toBe(CSV.toString());
  });

  it('refuses what is wrong about an address, and one too many', async () => {
    expect(await codeOf(client.messages.create({ to, from, mediaUrl: ['ftp://example.com/a.png'] }))).toEqual([
      400, 21620,
    ]);
    const eleven = Array.from({ length: 11 }, () => host.url('cat.png'));
    expect(await codeOf(client.messages.create({ to, from, mediaUrl: eleven }))).toEqual([400, 21623]);
    expect((await delivered({ to, from, mediaUrl: eleven.slice(1) })).numMedia).toBe('10');
  });

  it('lists with filters and in pages', async () => {
    const { sid } = await delivered({ to, from, mediaUrl: url('cat.png', 'cat-2.png', 'file.pdf') });
    const { media } = client.messages(sid);
    const [first] = await media.list();
    const created = first?.dateCreated ?? new Date(0);
    const shifted = (ms: number) => new Date(created.getTime() + ms);
    const count = async (filter: object) => (await media.list(filter)).length;
    expect(await count({ dateCreated: created })).toBe(3);
    expect(await count({ dateCreated: shifted(86_400_000) })).toBe(0);
    expect(await count({ dateCreatedBefore: shifted(5_000) })).toBe(3);
    expect(await count({ dateCreatedBefore: shifted(-5_000) })).toBe(0);
    expect(await count({ dateCreatedAfter: shifted(-5_000), dateCreatedBefore: shifted(5_000) })).toBe(3);
    expect(await count({ dateCreatedAfter: shifted(86_400_000) })).toBe(0);
    expect(await count({ pageSize: 1 })).toBe(3);
    expect(await count({ limit: 2 })).toBe(2);
    const wrong = await raw.call('GET', `${raw.base}/Messages/${sid}/Media.json?DateCreated=soon`);
    expect([wrong.status, wrong.json.code, wrong.json.details.parameter]).toEqual([400, 20001, 'DateCreated']);
    const xml = await raw.call('GET', `${raw.base}/Messages/${sid}/Media`);
    expect(xml.text).toMatch(/<MediaList page="0".*<Media><Sid>ME/);
  });

  it('removes media, whose message keeps its num_media, and whose bytes stay while another message has them', async () => {
    const [one, other] = [
      await delivered({ to, from, mediaUrl: url('list.csv') }),
      await delivered({ to, from, mediaUrl: url('list.csv') }),
    ];
    const [medium] = await client.messages(one.sid).media.list();
    const [twin] = await client.messages(other.sid).media.list();
    if (!medium || !twin) throw new Error('the media are not listed');
    const address = (await open(filePath(medium.uri))).url;
    expect(await client.messages(one.sid).media(medium.sid).remove()).toBe(true);
    expect(await codeOf(client.messages(one.sid).media(medium.sid).fetch())).toEqual([404, 20404]);
    expect(await codeOf(client.messages(one.sid).media(medium.sid).remove())).toEqual([404, 20404]);
    for (const path of [filePath(medium.uri), address]) expect((await open(path)).status).toBe(404);
    expect((await client.messages(one.sid).fetch()).numMedia).toBe('1');
    expect(await client.messages(one.sid).media.list()).toEqual([]);
    expect(await (await open(filePath(twin.uri))).text()).toBe(CSV.toString());
    // The other form of the path, and all at once with the message.
    const gone = await raw.call('DELETE', filePath(twin.uri));
    expect([gone.status, gone.text]).toEqual([204, '']);
    const third = await delivered({ to, from, mediaUrl: url('list.csv') });
    const [last] = await client.messages(third.sid).media.list();
    await client.messages(third.sid).remove();
    expect((await open(filePath(last?.uri ?? ''))).status).toBe(404);
  });

  it('does not remove media while their message is under way', async () => {
    await raw.call('PUT', '/_test/v1/default/phones/+12025550188', {
      body: JSON.stringify({ behave: { deliver_after: '1h' } }),
      headers: { 'content-type': 'application/json' },
    });
    const { sid } = await client.messages.create({ to: '+12025550188', from, mediaUrl: url('cat.png') });
    await pidge.until(async () => (await client.messages(sid).fetch()).status === 'sent');
    const [medium] = await client.messages(sid).media.list();
    expect(
      await codeOf(
        client
          .messages(sid)
          .media(medium?.sid ?? '')
          .remove(),
      ),
    ).toEqual([409, 20009]);
    expect(await client.messages(sid).media.list()).toHaveLength(1);
  });

  it('sends a text as MMS when asked', async () => {
    const message = await delivered({ to, from, body: 'x'.repeat(500), sendAsMms: true });
    expect(message).toMatchObject({ status: 'delivered', numMedia: '0', numSegments: '1' });
    expect(message.sid).toMatch(/^MM/);
    expect(await arrived(message.sid, to)).toMatchObject({ body: 'x'.repeat(500), parts: 1, media: [] });
    const plain = await delivered({ to, from, body: 'x'.repeat(500), sendAsMms: false });
    expect([plain.sid.slice(0, 2), plain.numSegments]).toEqual(['SM', '4']);
  });

  it('needs a sender with MMS, and a country that has it', async () => {
    await client.incomingPhoneNumbers.create({ phoneNumber: UK });
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: UK });
    expect(number?.capabilities).toMatchObject({ mms: false, sms: true });
    expect(await codeOf(client.messages.create({ to, from: UK, mediaUrl: url('cat.png') }))).toEqual([400, 21621]);
    expect(await codeOf(client.messages.create({ to, from: UK, body: 'x', sendAsMms: true }))).toEqual([400, 21621]);
    expect(await codeOf(client.messages.create({ to, from: 'ACME', mediaUrl: url('cat.png') }))).toEqual([400, 21621]);
    const abroad = await delivered({ to: UK_PHONE, from, mediaUrl: url('cat.png') });
    expect(abroad).toMatchObject({ status: 'failed', errorCode: 30011 });
    const asMms = await delivered({ to: UK_PHONE, from, body: 'x', sendAsMms: true });
    expect(asMms).toMatchObject({ status: 'failed', errorCode: 30011 });
  });

  describe('through a service', () => {
    const make = (properties: Record<string, unknown>, ...addresses: string[]) =>
      makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
        properties,
        senders: addresses.map((address) => ({ address, registered: false })),
      });
    const LINK = /^Look\n(http:\/\/127\.0\.0\.1:\d+\/m\/ME[0-9a-f]{32}\.[\w-]{22})\n(http:\S+)$/;

    it('sends MMS from a sender that can', async () => {
      const messagingServiceSid = await make({}, UK, from);
      const made = await client.messages.create({ to, messagingServiceSid, body: 'Look', mediaUrl: url('cat.png') });
      expect(made).toMatchObject({ status: 'accepted', numSegments: '0', numMedia: '1' });
      await pidge.until(async () => (await client.messages(made.sid).fetch()).status === 'delivered');
      expect(await client.messages(made.sid).fetch()).toMatchObject({ from, numSegments: '1' });
      expect((await arrived(made.sid, to)).media).toHaveLength(1);
    });

    it.each([
      ['there is no MMS to the country', UK_PHONE, [from]],
      ['no sender has MMS', to, [UK]],
    ])('sends links where %s, counted as text', async (_why, number, senders) => {
      const messagingServiceSid = await make({}, ...senders);
      const message = await delivered({
        to: number,
        messagingServiceSid,
        body: 'Look',
        mediaUrl: url('cat.png', 'file.pdf'),
      });
      expect(message).toMatchObject({ status: 'delivered', body: 'Look', numMedia: '2' });
      const phone = await arrived(message.sid, number);
      expect(phone.media).toEqual([]);
      expect(message.numSegments).toBe(String(phone.parts));
      expect(phone.parts).toBeGreaterThan(1);
      const [, first = '', second = ''] = LINK.exec(phone.body) ?? [];
      expect(Buffer.from(await (await open(first)).arrayBuffer())).toEqual(PNG);
      expect(Buffer.from(await (await open(second)).arrayBuffer())).toEqual(PDF);
    });

    it('sends links from the sender that the request named, too', async () => {
      const messagingServiceSid = await make({}, from);
      const made = await client.messages.create({ to: UK_PHONE, from, messagingServiceSid, mediaUrl: url('cat.png') });
      expect(made).toMatchObject({ status: 'queued', numSegments: '1' });
      await pidge.until(async () => (await client.messages(made.sid).fetch()).status === 'delivered');
      expect((await arrived(made.sid, UK_PHONE)).body).toMatch(/^http:\S+\/m\/ME\S+$/);
    });

    it('without its converter does not', async () => {
      const none = await make({ mms_converter: false }, UK);
      const draft = { to, mediaUrl: url('cat.png') };
      expect(await delivered({ ...draft, messagingServiceSid: none })).toMatchObject({
        status: 'failed',
        errorCode: 21703,
      });
      const abroad = await make({ mms_converter: false }, from);
      const failed = await delivered({ ...draft, to: UK_PHONE, messagingServiceSid: abroad });
      expect(failed).toMatchObject({ status: 'failed', errorCode: 30011 });
    });

    it('fetches the media of a scheduled message at its hour', async () => {
      const messagingServiceSid = await make({}, from);
      const sendAt = new Date(pidge.now() + 86_400_000);
      const draft = { to, messagingServiceSid, mediaUrl: url('cat-2.png'), scheduleType: 'fixed' as const, sendAt };
      const before = host.times('cat-2.png');
      const { sid, status } = await client.messages.create(draft);
      expect([status, sid.slice(0, 2)]).toEqual(['scheduled', 'MM']);
      expect((await client.messages(sid).update({ status: 'canceled' })).status).toBe('canceled');
      expect(host.times('cat-2.png')).toBe(before);
      expect(await client.messages(sid).media.list()).toEqual([]);
    });
  });

  it('sends one medium on WhatsApp, and no text beside what is no picture', async () => {
    const channel = { to: `whatsapp:${to}`, from: `whatsapp:${from}`, body: 'Look' };
    await openWindow(raw, to);
    const picture = await delivered({ ...channel, mediaUrl: url('cat.png', 'file.pdf') });
    expect(picture).toMatchObject({ status: 'delivered', numMedia: '1', numSegments: '1' });
    expect(await arrived(picture.sid, channel.to)).toMatchObject({
      body: 'Look',
      media: [{ content_type: 'image/png' }],
    });
    const document = await delivered({ ...channel, mediaUrl: url('file.pdf') });
    expect(await arrived(document.sid, channel.to)).toMatchObject({
      body: '',
      media: [{ content_type: 'application/pdf' }],
    });
    // Larger than what phones get by MMS.
    const large = await delivered({ ...channel, mediaUrl: url('pdf-too-large') });
    expect(large.status).toBe('delivered');
  });

  it('sends the media of a template', async () => {
    const types = {
      'twilio/media': { body: 'Look, {{1}}', media: [`http://127.0.0.1:${host.port}/{{2}}`] },
      'twilio/text': { body: 'No picture for you, {{1}}' },
    };
    const made = await raw.call('POST', '/v1/Content', {
      body: JSON.stringify({ language: 'en', variables: { 1: 'Ada', 2: 'cat.png' }, types }),
      headers: { 'content-type': 'application/json' },
    });
    const contentSid = made.json.sid;
    const message = await delivered({ to, from, contentSid });
    expect(message).toMatchObject({ status: 'delivered', body: 'Look, Ada', numMedia: '1' });
    expect(await delivered({ to: UK_PHONE, from, contentSid })).toMatchObject({
      body: 'No picture for you, Ada',
      numMedia: '0',
    });
    const contentVariables = JSON.stringify({ 2: 'two words' });
    expect((await client.messages.create({ to, from, contentSid, contentVariables })).numMedia).toBe('1');
  });
});
