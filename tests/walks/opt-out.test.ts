/** STOP, START, HELP and what follows from them (sheet 4), over real HTTP and the simulated carrier. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { DEFAULT_KEYWORDS, DEFAULT_TEXTS } from '../../src/domain/keywords.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService, type TestSender } from '../helpers/services.ts';

const NUMBER = '+12125550140';
const OTHER = '+12125550141';
const TOLL_FREE = '+18005550140';
const WHATSAPP = 'whatsapp:+12125550140';
const PHONE = '+12025550101';

describe('who opts out', () => {
  let pidge: TestPidge;
  let client: Client;
  let app: TestApp;
  let phone: TestPhone;

  async function open(change?: (config: Config) => void): Promise<void> {
    pidge = await startTestPidge({
      clock: 'hand-wound',
      change(config) {
        // No hand-over waits for the clock, so none is left when the server is stopped.
        config.simulator.submitAfterMs = 0;
        change?.(config);
      },
    });
    client = new Client(pidge.origin, pidge.account);
    phone = new TestPhone(client, PHONE);
    await pidge.addSender({ address: NUMBER });
    await pidge.addSender({ address: OTHER });
  }
  beforeEach(async () => {
    app = await new TestApp().start();
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await app.stop();
  });

  /** Texts, and lets the confirmation arrive; `wound`: whether an app has to be waited for. */
  async function say(body: string, to = NUMBER, more: Record<string, unknown> = {}) {
    let answer: Awaited<ReturnType<TestPhone['send']>> | null = null;
    void phone.send({ to, body, ...more }).then((got) => {
      answer = got;
    });
    await pidge.wind(async () => answer !== null);
    await pidge.running.engine.idle();
    pidge.advance(400);
    return (answer as unknown as Awaited<ReturnType<TestPhone['send']>>).json;
  }
  const send = (form: Record<string, string> = {}) =>
    client.send(Object.entries({ To: PHONE, From: NUMBER, Body: 'News', ...form }));
  const code = async (form: Record<string, string> = {}) => {
    const { status, json } = await send(form);
    return status === 201 ? 201 : json.code;
  };
  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const ended = async (sid: string) => {
    await pidge.wind(async () => ['delivered', 'failed', 'undelivered'].includes((await fetch(sid)).status));
    return fetch(sid);
  };
  const service = (senders: (string | TestSender)[], properties: Record<string, unknown> = {}) =>
    makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      properties: { use_inbound_webhook_on_number: true, ...properties },
      senders: senders.map((one) => (typeof one === 'string' ? { address: one } : one)),
    });
  const advanced = (parentSid: string, properties: Record<string, unknown> = {}) =>
    pidge.running.store.saveDocument({
      accountSid: pidge.account.sid,
      kind: 'opt-out',
      sid: `OO${'1'.repeat(32)}`,
      parentSid,
      name: null,
      properties,
      createdAt: 1,
      updatedAt: 1,
    });
  const answerTo = async (sender: string, properties: Record<string, unknown>) => {
    const found = await pidge.running.store.senderByAddress(sender);
    if (!found) throw new Error(`${sender} is not there`);
    await pidge.running.store.saveSender({ ...found, properties });
  };
  const notices = async () =>
    (await phone.inbox()).filter(({ sid }) => sid.endsWith('-notice')).map(({ body }) => body);

  describe('by a keyword (4.1)', () => {
    it('gets nothing more from that number, until it opts in again: every word of every class', async () => {
      await open();
      for (const [index, stop] of DEFAULT_KEYWORDS.STOP.entries()) {
        expect((await say(stop)).keyword).toMatchObject({ type: 'STOP', change: 'opt-out' });
        expect(await code()).toBe(21610);
        const start = DEFAULT_KEYWORDS.START[index % DEFAULT_KEYWORDS.START.length] ?? '';
        expect((await say(start)).keyword).toMatchObject({ type: 'START', change: 'opt-in' });
        expect(await code()).toBe(201);
      }
      for (const help of DEFAULT_KEYWORDS.HELP) {
        expect((await say(help)).keyword).toEqual({ type: 'HELP', change: null, reply: DEFAULT_TEXTS.HELP });
      }
      expect(await code({ From: OTHER })).toBe(201);
    }, 60_000);

    it('is refused with 400/21610 naming the parameter, and no message is stored', async () => {
      await open();
      await say('STOP');
      const { status, json } = await send();
      expect([status, json.code, json.details.parameter, json.details.received]).toEqual([400, 21610, 'To', PHONE]);
      expect(json.details.fix).toContain('START');
      const { messages } = (await client.call('GET', `${client.base}/Messages.json?From=${encodeURIComponent(NUMBER)}`))
        .json;
      expect(messages).toEqual([]);
      expect(await code({ To: '+12025550102' })).toBe(201);
    });

    it('says nothing but that: trimmed and in any case, but no other word beside it, and no full stop', async () => {
      await open();
      for (const text of ['STOP PLEASE', 'stop.', 'STOP!', 'please stop', 'ST OP', '']) {
        if (text !== '') expect((await say(text)).keyword).toBeNull();
      }
      expect(await phone.optouts()).toEqual([]);
      expect((await say('  sToP \n')).keyword).toMatchObject({ type: 'STOP' });
    });

    it('is told so in a message that is none: not listed, not charged, not called back', async () => {
      await open();
      const { sid } = await say('STOP');
      expect(await notices()).toEqual([DEFAULT_TEXTS.STOP]);
      await say('START');
      expect(await notices()).toEqual([DEFAULT_TEXTS.START, DEFAULT_TEXTS.STOP]);
      const { messages } = (await client.call('GET', `${client.base}/Messages.json`)).json;
      expect(messages.map(({ direction }: { direction: string }) => direction)).toEqual(['inbound', 'inbound']);
      expect(messages.map((one: { sid: string }) => one.sid)).toContain(sid);
    });

    it('is told once: only a change is confirmed, a cry for help always', async () => {
      await open();
      for (const text of ['START', 'STOP', 'STOP', 'HELP', 'HELP', 'YES', 'YES']) await say(text);
      expect((await notices()).reverse()).toEqual([
        DEFAULT_TEXTS.STOP,
        DEFAULT_TEXTS.HELP,
        DEFAULT_TEXTS.HELP,
        DEFAULT_TEXTS.START,
      ]);
    });

    it('reaches the app like any other message, without OptOutType; its reply to a STOP is dropped, that to a START goes', async () => {
      await open();
      await answerTo(NUMBER, { sms_url: app.url() });
      app.answer = ({ params }) => `<Response><Message>To ${params.Body}</Message></Response>`;
      const stop = await say('STOP');
      expect(app.asked[0]?.params).toMatchObject({ Body: 'STOP', From: PHONE, To: NUMBER });
      expect(app.asked[0]?.params).not.toHaveProperty('OptOutType');
      expect([stop.replies, stop.alerts.map((one: { code: number }) => one.code)]).toEqual([[], [21610]]);
      const start = await say('START');
      expect(start.replies.map(({ body }: { body: string }) => body)).toEqual(['To START']);
    });

    it('is heard, both ways, also where nothing that comes in is kept', async () => {
      await open();
      await service([NUMBER], { inbound_request_url: null, use_inbound_webhook_on_number: false });
      expect((await say('STOP')).sid).toBeNull();
      expect(await code()).toBe(21610);
      expect((await say('START')).sid).toBeNull();
      expect(await code()).toBe(201);
    });

    it('has no keywords where the operator leaves them to the app: for a number, or for all', async () => {
      await open();
      await answerTo(OTHER, { keyword_handling: 'off' });
      expect((await say('STOP', OTHER)).keyword).toBeNull();
      expect((await say('STOP')).keyword).not.toBeNull();
    });

    it('has none at all with opt_out.defaults off', async () => {
      await open((config) => {
        config.inbound.optOutDefaults = false;
      });
      expect((await say('STOP')).keyword).toBeNull();
      expect(await code()).toBe(201);
    });
  });

  describe('by kind of sender (4.2)', () => {
    it('of a toll-free number by the network: STOP alone, START and UNSTOP back, and no help for who is out', async () => {
      await open();
      await pidge.addSender({ address: TOLL_FREE });
      for (const text of ['END', 'QUIT', 'YES']) expect((await say(text, TOLL_FREE)).keyword).toBeNull();
      expect((await say('HELP', TOLL_FREE)).keyword.reply).toBe(DEFAULT_TEXTS.HELP);
      expect((await say('STOP', TOLL_FREE)).keyword.reply).toContain('NETWORK MSG');
      expect(await code({ From: TOLL_FREE })).toBe(21610);
      expect((await say('HELP', TOLL_FREE)).keyword.reply).toBeNull();
      expect((await say('YES', TOLL_FREE)).keyword).toBeNull();
      expect(await code({ From: TOLL_FREE })).toBe(21610);
      expect((await say('UNSTOP', TOLL_FREE)).keyword.reply).toContain('NETWORK MSG');
      expect(await code({ From: TOLL_FREE })).toBe(201);
    });

    it('of a short code only by Advanced Opt-Out of its service', async () => {
      await open();
      await pidge.addSender({ address: '76768' });
      expect((await say('STOP', '76768')).keyword).toBeNull();
      const sid = await service([{ address: '76768', kind: 'short-code', country: 'US' }]);
      expect((await say('STOP', '76768')).keyword).toBeNull();
      await advanced(sid);
      expect((await say('STOP', '76768')).keyword).toMatchObject({ type: 'STOP', change: 'opt-out' });
      expect(await code({ From: '76768' })).toBe(21610);
    });

    it('of WhatsApp on a list of its own, and only by Advanced Opt-Out', async () => {
      await open();
      await pidge.addSender({ address: WHATSAPP });
      const whatsApp = { channel: 'whatsapp' };
      expect((await say('STOP', WHATSAPP, whatsApp)).keyword).toBeNull();
      await advanced(await service([{ address: WHATSAPP, kind: 'channel' }]));
      expect((await say('STOP', WHATSAPP, whatsApp)).keyword).toMatchObject({ change: 'opt-out' });
      expect(await phone.optouts()).toMatchObject([{ channel: 'whatsapp', peer: `whatsapp:${PHONE}` }]);
      expect(await code({ From: WHATSAPP, To: `whatsapp:${PHONE}` })).toBe(21610);
      expect(await code()).toBe(201);
    });
  });

  describe('of what (4.3)', () => {
    it('of the whole service where the number is in one: of all its senders, and of a plain From among them', async () => {
      await open();
      const MessagingServiceSid = await service([NUMBER, OTHER]);
      await say('STOP');
      expect(await phone.optouts()).toMatchObject([{ scope: MessagingServiceSid, peer: PHONE, source: 'keyword' }]);
      expect(await code({ From: OTHER })).toBe(21610);
      expect(await code({ From: OTHER, MessagingServiceSid })).toBe(21610);
      expect(await code({ From: '+12025550100' })).toBe(201);
      await say('START', OTHER);
      expect(await code()).toBe(201);
    });

    it('of the number still when it joins a service afterwards', async () => {
      await open();
      await say('STOP');
      const MessagingServiceSid = await service([NUMBER, OTHER]);
      expect(await code({ From: NUMBER, MessagingServiceSid })).toBe(21610);
      expect(await code({ From: OTHER, MessagingServiceSid })).toBe(201);
      expect((await say('START')).keyword).toMatchObject({ change: 'opt-in' });
      expect(await code()).toBe(201);
    });
  });

  describe('is not written to any more (4.4)', () => {
    it('by a service alone: it is accepted, and fails with 21610', async () => {
      await open();
      const MessagingServiceSid = await service([NUMBER]);
      await say('STOP');
      const { status, json } = await client.send([
        ['To', PHONE],
        ['MessagingServiceSid', MessagingServiceSid],
        ['Body', 'News'],
      ]);
      expect([status, json.status]).toEqual([201, 'accepted']);
      expect(await ended(json.sid)).toMatchObject({ status: 'failed', error_code: 21610 });
    });

    it('by a service alone: it is refused at once where the operator wants that', async () => {
      await open((config) => {
        config.inbound.optOutSyncForServices = true;
      });
      const MessagingServiceSid = await service([NUMBER]);
      await say('STOP');
      const { status, json } = await client.send([
        ['To', PHONE],
        ['MessagingServiceSid', MessagingServiceSid],
        ['Body', 'News'],
      ]);
      expect([status, json.code]).toEqual([400, 21610]);
    });

    it('by what was scheduled before: it fails at its hour, not earlier', async () => {
      await open();
      const MessagingServiceSid = await service([NUMBER]);
      const SendAt = new Date(pidge.now() + 1_000_000).toISOString();
      const { json } = await send({ MessagingServiceSid, ScheduleType: 'fixed', SendAt });
      await say('STOP');
      expect((await fetch(json.sid)).status).toBe('scheduled');
      pidge.advance(1_000_000);
      expect(await ended(json.sid)).toMatchObject({ status: 'failed', error_code: 21610 });
      expect((await phone.inbox()).map(({ body }) => body)).toEqual([DEFAULT_TEXTS.STOP]);
    });

    it('by what waits in a queue: it fails at its slot', async () => {
      await open();
      await pidge.addSender({ address: '+12125550142', rate: 0.1 });
      const From = '+12125550142';
      const sids: string[] = [];
      for (let index = 0; index < 3; index += 1) sids.push((await send({ From, Body: `News ${index}` })).json.sid);
      expect((await ended(sids[0] ?? '')).status).toBe('delivered');
      await say('STOP', From);
      for (const sid of sids.slice(1)) expect(await ended(sid)).toMatchObject({ status: 'failed', error_code: 21610 });
    });
  });

  describe('by Advanced Opt-Out (4.5)', () => {
    it('says the words and gets the texts of the service, by country, and the app is told the class', async () => {
      await open();
      const sid = await service([NUMBER]);
      await advanced(sid, {
        keywords: { STOP: ['BASTA'], START: ['ANCORA'] },
        texts: { STOP: { ALL: 'Ciao', US: 'Bye' }, HELP: { ALL: 'Aiuto' } },
      });
      await answerTo(NUMBER, { sms_url: app.url() });
      expect((await say('basta')).keyword).toEqual({ type: 'STOP', change: 'opt-out', reply: 'Bye' });
      expect((await say('Quit')).keyword).toBeNull();
      expect((await say('help')).keyword).toMatchObject({ type: 'HELP', reply: 'Aiuto' });
      expect((await say('START')).keyword).toMatchObject({ type: 'START', change: 'opt-in' });
      expect((await say('stop')).keyword).toMatchObject({ type: 'STOP', change: 'opt-out' });
      const types = app.asked.map(({ params }) => params.OptOutType);
      expect(types).toEqual(['STOP', undefined, 'HELP', 'START', 'STOP']);
    });

    it('answers in the language of the word that was texted', async () => {
      await open();
      const sid = await service([NUMBER]);
      await advanced(sid, {
        keywords: { 'STOP.SPANISH': ['ALTO'], 'START.SPANISH': ['VOLVER'], 'HELP.FRENCH': ['AIDE'] },
        texts: { 'STOP.SPANISH': { ALL: 'Adiós' }, 'HELP.FRENCH': { ALL: 'Aide', US: 'Aide, aux USA' } },
      });
      expect((await say('aide')).keyword).toEqual({ type: 'HELP', change: null, reply: 'Aide, aux USA' });
      expect((await say('alto')).keyword).toEqual({ type: 'STOP', change: 'opt-out', reply: 'Adiós' });
      expect((await say('volver')).keyword).toMatchObject({ type: 'START', reply: DEFAULT_TEXTS.START });
      expect((await say('stop')).keyword).toMatchObject({ type: 'STOP', reply: DEFAULT_TEXTS.STOP });
    });
  });

  describe('by hand', () => {
    it('is listed, added and taken away by the test side', async () => {
      await open();
      const added = await phone.call('POST', 'optouts', { scope: NUMBER });
      expect([added.status, added.json.optouts]).toMatchObject([
        201,
        [{ channel: 'sms', scope: NUMBER, peer: PHONE, source: 'api' }],
      ]);
      expect(await code()).toBe(21610);
      await phone
        .call('POST', 'optouts', { scope: WHATSAPP, channel: 'whatsapp' })
        .then(({ status }) => expect(status).toBe(404));
      const sid = await service([OTHER]);
      await phone.call('POST', 'optouts', { scope: sid });
      expect(await code({ From: OTHER })).toBe(21610);
      expect((await phone.call('DELETE', 'optouts', { scope: NUMBER })).json.optouts).toMatchObject([{ scope: sid }]);
      expect(await code()).toBe(201);
      expect((await phone.call('DELETE', 'optouts')).json.optouts).toEqual([]);
      expect(await code({ From: OTHER })).toBe(201);
    });
  });
});
