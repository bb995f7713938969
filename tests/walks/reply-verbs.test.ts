/** What the verbs of an app's answer do: messages, redirects, actions, and their limits (behaviour sheet 3.4). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifySignature } from '../../src/domain/signature.ts';
import { type Answering, NUMBER, PHONE, startAnswering } from '../helpers/answering-app.ts';
import { twiml } from '../helpers/app-host.ts';
import { MediaHost, PNG } from '../helpers/media-host.ts';
import { makeService } from '../helpers/services.ts';

const OTHER = '+13125550177';

describe('verbs', () => {
  let one: Answering;
  beforeEach(async () => {
    one = await startAnswering();
  });
  afterEach(() => one.close());

  const bodies = async () => (await one.replies()).map(({ body }) => body);

  it('several messages leave in their order, with text and body alike', async () => {
    one.app.twiml('/sms', '<Message>one</Message><Message><Body>two</Body></Message><Sms>three</Sms>');
    await one.text();
    expect(await bodies()).toEqual(['one', 'two', 'three']);
    await one.pidge.until(async () => one.carrier.taken.length === 3);
  });

  it('to and from lead elsewhere, with senders of the account', async () => {
    await one.pidge.addSender({ address: '+12025550177' });
    one.app.twiml('/sms', `<Message to="${OTHER}">a</Message><Message from="+12025550177" to="${OTHER}">b</Message>`);
    await one.text();
    const replies = await one.replies();
    expect(replies.map(({ from, to }) => [from, to])).toEqual([
      [NUMBER, OTHER],
      ['+12025550177', OTHER],
    ]);
  });

  it.each([
    ['a sender without SMS', 'from="+12025550188"', 14108],
    ["a relative's sender", 'from="+12025550189"', 14102],
    ['another channel', 'to="whatsapp:+13125550142"', 14101],
    ['its own number', `to="${NUMBER}"`, 21266],
  ])('a reply with %s is not sent, and the others are', async (_, attribute, code) => {
    await one.pidge.addSender({ address: '+12025550188', canSms: false });
    await one.pidge.addSender({ address: '+12025550189', owner: 'family' });
    one.app.twiml('/sms', `<Message ${attribute}>x</Message><Message>Hi</Message>`);
    const { sid } = await one.text();
    expect(await bodies()).toEqual(['Hi']);
    expect(one.alerts()).toEqual([code]);
    expect(one.events).toContainEqual(expect.objectContaining({ type: 'reply.dropped', sid, code }));
  });

  it('whoever has opted out gets no reply', async () => {
    await one.text('STOP');
    one.app.twiml('/sms', '<Message>Bye</Message>');
    await one.text('Hello');
    expect(await bodies()).toEqual([]);
    expect(one.alerts().at(-1)).toBe(21610);
  });

  it('a reply keeps the service of the number that was written to', async () => {
    const properties = { use_inbound_webhook_on_number: true };
    const store = one.pidge.running.store;
    const clock = { now: one.pidge.now };
    const senders = [{ address: NUMBER, registered: false }];
    const service = await makeService({ store, clock }, one.pidge.account.sid, { properties, senders });
    one.app.twiml('/sms', '<Message>Hi</Message>');
    expect((await one.text()).serviceSid).toBe(service);
    expect(await one.replies()).toMatchObject([{ body: 'Hi', serviceSid: service, from: NUMBER }]);
    expect(one.app.asked[0]?.params.MessagingServiceSid).toBe(service);
  });

  it('media of a reply are fetched and sent, and those that came in are there for the app', async () => {
    const host = await new MediaHost().start();
    one.app.twiml('/sms', `<Message><Body>Look</Body><Media>${host.picture()}</Media></Message>`);
    const media = [{ contentType: 'image/png', read: async () => PNG }];
    await one.carrier.hear(PHONE, NUMBER, 'A picture', { media });
    await one.pidge.until(async () => one.carrier.taken.length === 1);
    await host.stop();
    const [asked] = one.app.asked;
    expect(asked?.params).toMatchObject({ NumMedia: '1', MediaContentType0: 'image/png' });
    const file = await fetch(asked?.params.MediaUrl0 ?? '');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(PNG);
    expect(one.carrier.taken[0]).toMatchObject({ parts: ['Look'], media: [{ contentType: 'image/png' }] });
    expect(await one.replies()).toMatchObject([{ numMedia: 1, direction: 'outbound-reply' }]);
  });

  it('a statusCallback is told of the reply, its relative address counted from the document', async () => {
    one.app.twiml('/sms', '<Message statusCallback="told?x=1">Hi</Message>');
    await one.text();
    await one.pidge.until(async () => one.app.requests('/told').length > 0);
    const [reply] = await one.replies();
    expect(one.app.requests('/told')[0]).toMatchObject({ url: '/told?x=1', params: { MessageSid: reply?.sid } });
  });

  it('relative addresses keep the user and password that their document was asked with', async () => {
    const login = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    const guarded = (path: string, inner: string) =>
      one.app.pages.set(path, ({ headers }) =>
        headers.authorization === login
          ? twiml(inner)
          : { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
      );
    const withLogin = one.app.origin.replace('//', '//me:p%40ss@');
    await one.configure({ sms_url: `${withLogin}/sms` });
    guarded('/sms', '<Message action="/done" statusCallback="/told">one</Message><Redirect>/next</Redirect>');
    guarded('/done', '');
    guarded('/next', `<Message>two</Message><Redirect>${one.app.origin}/sms</Redirect>`);
    guarded('/told', '');
    await one.text();
    const isTold = (event: (typeof one.events)[number]) =>
      event.type === 'callback.attempt' && event.httpStatus === 200;
    await one.pidge.until(async () => one.events.some(isTold));
    expect(await bodies()).toEqual(['one', 'two']);
    // An absolute address says itself whether it has some.
    expect(one.alerts()).toEqual([11200]);
    expect(JSON.stringify(one.events)).not.toContain('p%40ss');
  });

  describe('Redirect', () => {
    it.each(['next?x=1', '/next?x=1', 'absolute'])('leads to %s with the same parameters', async (where) => {
      const url = where === 'absolute' ? `${one.app.origin}/next?x=1` : where;
      one.app.twiml('/sms', `<Message>one</Message><Redirect>${url}</Redirect><Message>never</Message>`);
      one.app.twiml('/next', '<Message>two</Message>');
      await one.text('Hello');
      expect(await bodies()).toEqual(['one', 'two']);
      const [first, second] = one.app.asked;
      expect(second).toMatchObject({ method: 'POST', url: '/next?x=1', params: first?.params });
      expect(second?.headers['i-twilio-idempotency-token']).not.toBe(first?.headers['i-twilio-idempotency-token']);
    });

    it('asks by GET where it says so', async () => {
      one.app.twiml('/sms', '<Redirect method="GET">/next</Redirect>');
      one.app.twiml('/next', '<Message>Hi</Message>');
      await one.text('Hello');
      expect(one.app.requests('/next')[0]).toMatchObject({ method: 'GET', params: { Body: 'Hello' } });
      expect(await bodies()).toEqual(['Hi']);
    });

    it('that fails leads to the fallback, once', async () => {
      await one.configure({ sms_fallback_url: `${one.app.origin}/fallback` });
      one.app.twiml('/sms', '<Message>one</Message><Redirect>/gone</Redirect>');
      one.app.twiml('/fallback', '<Message>Sorry</Message><Redirect>/gone</Redirect>');
      await one.text();
      expect(await bodies()).toEqual(['one', 'Sorry']);
      expect(one.app.asked.map(({ path }) => path)).toEqual(['/sms', '/gone', '/fallback', '/gone']);
      expect(one.app.requests('/fallback')[0]?.params.ErrorUrl).toBe(`${one.app.origin}/gone`);
    });

    it('carries cookies on, also to the next message of the same pair', async () => {
      const expires = new Date(one.pidge.now() + 3_600_000).toUTCString();
      const cookies = ['count=1; Path=/', `name=Ada; Expires=${expires}; HttpOnly`];
      one.app.twiml('/sms', '<Redirect>/next</Redirect>', { 'set-cookie': cookies });
      one.app.twiml('/next', '');
      await one.text();
      expect(one.app.requests('/next')[0]?.headers.cookie).toBe('count=1; name=Ada');
      one.app.asked.length = 0;
      await one.text('again');
      await one.text('somebody else', { from: OTHER });
      expect(one.app.requests('/sms').map(({ headers }) => headers.cookie)).toEqual(['count=1; name=Ada', undefined]);
    });

    it('by HTTP keeps the cookies of every hop, and each hop is signed for itself', async () => {
      const [hop, end] = ['/hop', '/end/here'];
      const leads = (status: number, location: string, cookie: string) => ({
        ...{ status, headers: { location, 'set-cookie': cookie } },
      });
      one.app.pages.set('/sms', leads(307, hop, 'first=1'));
      one.app.pages.set(hop, leads(302, `${end}?k=1`, 'second=2; Path=/'));
      one.app.twiml(end, '<Message>Hi</Message>', { 'set-cookie': 'third=3' });
      await one.text();
      expect(await bodies()).toEqual(['Hi']);
      expect(one.app.asked.map(({ method, url }) => [method, url])).toEqual([
        ['POST', '/sms'],
        ['POST', hop],
        ['GET', `${end}?k=1`],
      ]);
      for (const { method, url, headers, params } of one.app.asked) {
        const form = method === 'GET' ? [] : Object.entries(params);
        const signature = String(headers['x-twilio-signature']);
        expect(verifySignature(one.pidge.account.token, signature, one.app.origin + url, form)).toBe(true);
      }
      one.app.asked.length = 0;
      await one.text('again');
      expect(one.app.requests('/sms')[0]?.headers.cookie).toBe('first=1; second=2');
    });

    it('that leads back to itself ends after 50 documents', async () => {
      one.app.twiml('/sms', '<Redirect/>');
      await one.text();
      expect(one.app.asked).toHaveLength(50);
      expect(one.alerts()).toEqual([14106]);
    });
  });

  describe('action', () => {
    it('is asked once its message is queued, and then the rest is carried out', async () => {
      one.app.twiml('/sms', '<Message action="/done">one</Message><Message>three</Message>');
      one.app.twiml('/done', '<Message>two</Message>');
      await one.text();
      expect(await bodies()).toEqual(['one', 'two', 'three']);
      const [reply] = await one.replies();
      // What becomes of its message is told there too, and may come first.
      const asked = one.app.requests('/done').find(({ params }) => params.Body === 'one');
      // However far the carrier has brought it by then.
      expect(asked?.params).toMatchObject({
        MessageSid: reply?.sid,
        SmsStatus: 'queued',
        MessageStatus: 'queued',
        Body: 'one',
        From: NUMBER,
        To: PHONE,
      });
    });

    it('whose TwiML redirects leaves the rest out', async () => {
      one.app.twiml('/sms', '<Message action="/done" method="GET">one</Message><Message>never</Message>');
      one.app.twiml('/done', '<Redirect>/next</Redirect>');
      one.app.twiml('/next', '<Message>two</Message>');
      await one.text();
      expect(await bodies()).toEqual(['one', 'two']);
    });

    it('with method="GET" is told of statuses by GET as well, each signed for its URL', async () => {
      one.app.twiml('/sms', '<Message action="/done?x=1" method="GET">one</Message>');
      one.app.pages.set('/done', ({ method }) => (method === 'GET' ? twiml('') : { status: 405 }));
      await one.text();
      const told = () => one.app.requests('/done').filter(({ params }) => params.SmsStatus === 'sent');
      await one.pidge.until(async () => told().length > 0);
      for (const { method, url, headers } of one.app.requests('/done')) {
        const signature = String(headers['x-twilio-signature']);
        expect(method).toBe('GET');
        expect(verifySignature(one.pidge.account.token, signature, one.app.origin + url)).toBe(true);
      }
      expect(one.alerts()).toEqual([]);
      // The attempt is kept once its answer is in, which is after the request was seen.
      const attempt = () => one.events.find(({ type }) => type === 'callback.attempt');
      await one.pidge.until(async () => attempt() !== undefined);
      expect(attempt()).toMatchObject({ url: `${one.app.origin}/done?x=1`, httpStatus: 200 });
    });

    it.each([
      ['plain text', { headers: { 'content-type': 'text/plain' }, body: 'OK' }],
      ['204', { status: 204 }],
      ['JSON', { headers: { 'content-type': 'application/json' }, body: '{}' }],
    ])('that answers as a status callback does (%s) sends nothing by that', async (_, page) => {
      one.app.twiml('/sms', '<Message action="/done">one</Message><Message>two</Message>');
      one.app.pages.set('/done', page);
      await one.text();
      expect(await bodies()).toEqual(['one', 'two']);
      expect(one.alerts()).toEqual([]);
    });

    it('that fails leaves the rest as it is where there is no fallback', async () => {
      one.app.twiml('/sms', '<Message action="/gone">one</Message><Message>two</Message>');
      await one.text();
      expect(await bodies()).toEqual(['one', 'two']);
      expect(one.alerts()).toEqual([11200]);
    });

    it('is told of the statuses of its message as well', async () => {
      one.app.twiml('/sms', '<Message action="/done">one</Message>');
      one.app.twiml('/done', '');
      await one.text();
      await one.pidge.until(async () => one.app.requests('/done').some(({ params }) => params.SmsStatus === 'sent'));
      expect(one.app.requests('/done').length).toBeGreaterThanOrEqual(2);
    });
  });

  describe('limits', () => {
    it('ten replies, and a warning about the others', async () => {
      const messages = Array.from({ length: 12 }, (_, index) => `<Message>${index}</Message>`);
      one.app.twiml('/sms', messages.join(''));
      await one.text();
      expect(await bodies()).toEqual([...'0123456789']);
      expect(one.alerts()).toEqual([14109]);
    });

    it('ten replies over all documents of a message', async () => {
      one.app.twiml('/sms', '<Message>x</Message><Message>x</Message><Message>x</Message><Redirect/>');
      await one.text();
      expect(await bodies()).toHaveLength(10);
      expect(one.alerts().filter((code) => code === 14109).length).toBeGreaterThan(0);
    });

    it('fifteen replies in a row between two addresses, then they are dropped', async () => {
      one.app.twiml('/sms', '<Message>Auto</Message>');
      for (let turn = 0; turn < 17; turn += 1) await one.text(`ping ${turn}`);
      expect(await bodies()).toHaveLength(15);
      expect(one.alerts()).toEqual([14107, 14107]);
      expect(one.events.find((event) => event.type === 'alert')).toMatchObject({ level: 'error' });
    });

    it('fifteen in a row also when all are asked for at once', async () => {
      one.app.twiml('/sms', '<Message>Auto</Message>');
      await Promise.all(Array.from({ length: 20 }, (_, turn) => one.carrier.hear(PHONE, NUMBER, `ping ${turn}`)));
      const isReceived = (event: (typeof one.events)[number]) =>
        event.type === 'message.status' && event.status === 'received';
      await one.pidge.until(async () => one.events.filter(isReceived).length === 20);
      expect(await bodies()).toHaveLength(15);
    });
  });
});

describe('with settings', () => {
  it.each(['callback', 'document'] as const)('twiml.action = %s makes an action that alone', async (use) => {
    const one = await startAnswering({
      change: (config) => {
        config.inbound.twimlAction = use;
      },
    });
    one.app.twiml('/sms', '<Message action="/done">one</Message>');
    one.app.twiml('/done', '<Message>two</Message>');
    await one.text();
    await one.pidge.until(async () => one.carrier.taken.length === (use === 'callback' ? 1 : 2));
    await one.pidge.running.engine.idle();
    const statuses = one.app.requests('/done').map(({ params }) => params.SmsStatus);
    expect((await one.replies()).map(({ body }) => body)).toEqual(use === 'callback' ? ['one'] : ['one', 'two']);
    expect(statuses).toHaveLength(1);
    await one.close();
  });

  it('a trial account replies to whom it knows alone', async () => {
    const one = await startAnswering({
      change: (config) => {
        config.auth.accountType = 'trial';
      },
    });
    one.app.pages.set('/sms', twiml('<Message>Hi</Message>'));
    await one.text();
    expect(await one.replies()).toEqual([]);
    expect(one.alerts()).toEqual([14111]);
    await one.close();
  });
});
