/** Texts between two numbers of one server: each is a message out and a message in, as at any carrier. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppHost } from '../helpers/app-host.ts';
import { BadHost } from '../helpers/bad-host.ts';
import { Client } from '../helpers/client.ts';
import { PNG } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const ONE = '+12025550100';
const OTHER = '+12025550188';

describe('a text to a number of ours', () => {
  let pidge: TestPidge;
  let client: Client;
  let app: AppHost;

  beforeEach(async () => {
    app = await new AppHost().start();
    pidge = await startTestPidge({ clock: 'hand-wound' });
    client = new Client(pidge.origin, pidge.account);
    const bought = await client.call('POST', `${client.base}/IncomingPhoneNumbers.json`, {
      form: { PhoneNumber: OTHER, SmsUrl: `${app.origin}/sms` },
    });
    expect(bought.status).toBe(201);
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await app.stop();
  });

  interface Listed {
    sid: string;
    from: string;
    to: string;
    direction: string;
    body: string;
  }
  const list = async (): Promise<Listed[]> => (await client.call('GET', `${client.base}/Messages.json`)).json.messages;
  const shape = ({ from, to, direction, body }: Listed) => `${direction} ${from} ${to} ${body}`;

  it('is delivered, comes in as a message of its own, and is answered', async () => {
    app.twiml('/sms', '<Message>And to you</Message>');
    const sent = (await client.send({ From: ONE, To: OTHER, Body: 'Good day' })).json;
    await pidge.wind(async () => (await list()).length === 4);
    expect((await list()).map(shape).sort()).toEqual([
      `inbound ${ONE} ${OTHER} Good day`,
      `inbound ${OTHER} ${ONE} And to you`,
      `outbound-api ${ONE} ${OTHER} Good day`,
      `outbound-reply ${OTHER} ${ONE} And to you`,
    ]);
    expect(app.asked).toHaveLength(1);
    const [asked] = app.asked;
    expect(asked?.params).toMatchObject({ From: ONE, To: OTHER, Body: 'Good day', NumSegments: '1', NumMedia: '0' });
    expect(asked?.params.MessageSid).not.toBe(sent.sid);
  });

  it('brings its picture', async () => {
    app.twiml('/sms', '');
    const host = await new BadHost().start();
    await client.send({ From: ONE, To: OTHER, Body: 'Look', MediaUrl: host.url('cat.png') });
    await pidge.wind(async () => app.asked.length === 1);
    await host.stop();
    const { params = {} } = app.asked[0] ?? {};
    expect(params).toMatchObject({ Body: 'Look', NumMedia: '1', MediaContentType0: 'image/png' });
    const picture = await fetch(params.MediaUrl0 ?? '');
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(Buffer.from(PNG));
  });

  it('that does not arrive does not come in', async () => {
    await client.call('PUT', `/_test/v1/default/phones/${encodeURIComponent(OTHER)}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ behave: { undelivered: 30005 } }),
    });
    const { sid } = (await client.send({ From: ONE, To: OTHER, Body: 'Lost' })).json;
    await pidge.wind(async () => {
      return (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status === 'undelivered';
    });
    expect((await list()).map(shape)).toEqual([`outbound-api ${ONE} ${OTHER} Lost`]);
    expect(app.asked).toEqual([]);
  });
});
