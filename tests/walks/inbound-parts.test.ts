/** Long messages that come in parts: in any order, twice, or not all of them; and what a carrier repeats. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Connector, Ear, Heard } from '../../src/connectors/connector.ts';
import { HandWoundClock, realClock } from '../../src/domain/clock.ts';
import { openStore } from '../../src/open-store.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { prepareStore } from '../helpers/store.ts';

const NUMBER = '+12125550140';

describe('a message in parts', () => {
  let pidge: TestPidge;
  let client: Client;
  let app: TestApp;
  let phone: TestPhone;

  async function open(deliverPartial = false): Promise<void> {
    pidge = await startTestPidge({
      clock: 'hand-wound',
      change: (config) => {
        config.inbound.deliverPartial = deliverPartial;
      },
    });
    client = new Client(pidge.origin, pidge.account);
    phone = new TestPhone(client);
    await pidge.addSender({ address: NUMBER, properties: { sms_url: app.url() } });
  }
  beforeEach(async () => {
    app = await new TestApp().start();
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await app.stop();
  });

  const say = (parts: unknown[]) => phone.send({ to: NUMBER, parts, wait: false });
  const listed = async () =>
    (await client.call('GET', `${client.base}/Messages.json?To=${encodeURIComponent(NUMBER)}`)).json.messages;

  it('is one message, whichever part comes first and however often', async () => {
    await open();
    const [one, two, three] = ['One ', 'two ', 'thr\u20ac\u20ac.'].map((text, index) => ({
      number: index + 1,
      total: 3,
      text,
    }));
    const { json } = await say([three, one, three, two, two]);
    await pidge.wind(async () => app.asked.length === 1);
    expect(app.asked[0]?.params).toMatchObject({
      Body: 'One two thr\u20ac\u20ac.',
      NumSegments: '3',
      MessageSid: json.sid,
    });
    expect(await listed()).toMatchObject([{ num_segments: '3', body: 'One two thr\u20ac\u20ac.' }]);
  });

  it('a pair of halves that was cut in two is whole again', async () => {
    await open();
    await say(['\u4f60\ud83d', '\ude00']);
    await pidge.wind(async () => app.asked.length === 1);
    expect(app.asked[0]?.params.Body).toBe('\u4f60\u{1F600}');
  });

  it('has at most 255 parts, as its number is an octet', async () => {
    await open();
    const { status, json } = await say(Array.from({ length: 256 }, () => 'a'));
    expect([status, json.details?.parameter]).toEqual([400, 'parts']);
  });

  it('that lacks one after 120 s failed with 30009, and nobody is asked', async () => {
    await open();
    const { status, json } = await say([
      { number: 1, total: 3, text: 'One ' },
      { number: 3, total: 3, text: 'three' },
    ]);
    expect([status, json.sid, json.pending]).toEqual([202, null, true]);
    pidge.advance(119_000);
    await pidge.running.engine.idle();
    expect(await listed()).toEqual([]);
    pidge.advance(1_000);
    await pidge.wind(async () => (await listed()).length === 1);
    expect(await listed()).toMatchObject([
      { status: 'failed', error_code: 30009, body: 'One three', num_segments: '2' },
    ]);
    expect(app.asked).toEqual([]);
  });

  it('that lacks one is received with what came where the operator wants that', async () => {
    await open(true);
    await say([{ number: 2, total: 2, text: 'two' }]);
    pidge.advance(120_000);
    await pidge.wind(async () => app.asked.length === 1);
    expect(app.asked[0]?.params).toMatchObject({ Body: 'two', NumSegments: '1' });
  });
});

describe('what a carrier brings', () => {
  let app: TestApp;
  let running: Running;
  let client: Client;
  let ear: Ear;
  let release: () => Promise<void>;
  let failures: number;
  const clock = new HandWoundClock();

  beforeEach(async () => {
    app = await new TestApp().start();
    failures = 0;
    const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0' } });
    config.secretKey = 'a key for tests alone, at least 32 long';
    config.numbers = [...config.numbers];
    const prepared = await prepareStore(config, realClock);
    release = prepared.release;
    const real = prepared.store ?? (await openStore(config, config.secretKey, { observe: () => undefined }));
    const store = new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== 'takeIn') return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: Parameters<typeof real.takeIn>) => {
          if (failures > 0) {
            failures -= 1;
            throw new StoreUnavailable('no disk');
          }
          return real.takeIn(...args);
        };
      },
    });
    const connector: Connector = {
      name: 'carrier',
      honoursIdempotencyKeys: true,
      start: async (given) => {
        ear = given;
      },
      send: async (batch) => batch.map(({ messageSid }) => ({ kind: 'accepted', carrierIds: [messageSid] })),
      stop: async () => undefined,
    };
    running = await startPidge(config, { store, connectors: () => [connector] });
    client = new Client(running.address, running.account);
    const now = clock.now();
    await real.saveSender({
      sid: `PN${'1'.repeat(32)}`,
      accountSid: running.account.sid,
      address: NUMBER,
      kind: 'number',
      canSms: true,
      canMms: true,
      rate: null,
      properties: { sms_url: app.url() },
      createdAt: now,
      updatedAt: now,
    });
  });
  afterEach(async () => {
    await client.close();
    await running.close();
    await release();
    await app.stop();
  });

  const heard = (carrierId: string | null, body = 'Hello', to = NUMBER): Heard => ({
    connector: 'carrier',
    carrierId,
    from: '+12025550101',
    to,
    content: { kind: 'text', body, numSegments: 1 },
    media: [],
    channel: null,
  });
  const listed = async () =>
    (await client.call('GET', `${client.base}/Messages.json?To=${encodeURIComponent(NUMBER)}`)).json.messages;

  it('is answered when it is durable, and not before', async () => {
    failures = 1;
    await expect(running && ear.inbound([heard('c1')])).rejects.toThrow('no disk');
    expect(await listed()).toEqual([]);
    await ear.inbound([heard('c1')]);
    expect(await listed()).toHaveLength(1);
  });

  it('is known when it comes again, in one batch or in another', async () => {
    await ear.inbound([heard('c1'), heard('c1'), heard('c2')]);
    await ear.inbound([heard('c1')]);
    expect(await listed()).toHaveLength(2);
  });

  it('is a message each time when the carrier gives no id', async () => {
    await ear.inbound([heard(null)]);
    await ear.inbound([heard(null)]);
    expect(await listed()).toHaveLength(2);
  });

  it('for a number that is of nobody is answered and forgotten', async () => {
    await ear.inbound([heard('c1', 'Hello', '+12125550188')]);
    await ear.inbound([heard('c2', 'Hello', 'nonsense')]);
    expect((await client.call('GET', `${client.base}/Messages.json`)).json.messages).toEqual([]);
  });

  it('from a sender that cannot be read is kept as it came', async () => {
    await ear.inbound([{ ...heard('c1', 'STOP'), from: 'Gewinn!!' }]);
    expect(await listed()).toMatchObject([{ from: 'Gewinn!!', body: 'STOP' }]);
  });

  it('with a file that cannot be read now is asked for again', async () => {
    let isThere = false;
    const read = async () => {
      if (!isThere) throw new Error('not yet');
      return new Uint8Array([1, 2, 3]);
    };
    const picture = { ...heard('c1', ''), media: [{ contentType: 'image/png', read }] };
    await expect(ear.inbound([picture])).rejects.toThrow('not yet');
    isThere = true;
    await ear.inbound([picture]);
    expect(await listed()).toMatchObject([{ num_media: '1', body: '' }]);
  });
});
