/**
 * The official Node quickstarts for receiving and replying: an app made of the SDK's own parts, on the server of Node in
 * place of a framework. A phone texts, the app answers, the phone shows the answer.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { PNG } from '../helpers/media-host.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const { MessagingResponse } = twilio.twiml;
type Params = Record<string, string>;

describe('the quickstart', () => {
  let pidge: TestPidge;
  let client: Client;
  let phone: TestPhone;
  let server: Server;
  let routes: Record<string, (params: Params) => string>;
  /** What validateRequest said of each request, by path. */
  let judged: [path: string, isValid: boolean][];

  beforeEach(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    phone = new TestPhone(client);
    routes = {};
    judged = [];
    server = createServer(async (request, response) => {
      const path = request.url ?? '/';
      if (path === '/cat.png') return void response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
      let text = '';
      for await (const chunk of request) text += chunk;
      const params = Object.fromEntries(new URLSearchParams(text));
      const signature = String(request.headers['x-twilio-signature']);
      const isValid = twilio.validateRequest(pidge.account.token, signature, url(path), params);
      judged.push([path, isValid]);
      const route = routes[path];
      if (!isValid || !route) return void response.writeHead(isValid ? 404 : 403).end();
      response.writeHead(200, { 'Content-Type': 'text/xml' }).end(route(params));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await client.close();
    await pidge.close();
  });

  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const sdk = () => {
    const made = twilio(pidge.account.sid, pidge.account.token);
    made.api.baseUrl = pidge.origin;
    return made;
  };
  /** Points the first number of the account at the app, as the quickstart does. */
  async function point(properties: { smsUrl: string; smsFallbackUrl?: string }) {
    const [number] = await sdk().incomingPhoneNumbers.list({ limit: 20, phoneNumber: '+12025550100' });
    if (!number) throw new Error('The account has no number');
    await sdk().incomingPhoneNumbers(number.sid).update(properties);
  }
  const shown = async (count: number) => {
    await pidge.until(async () => (await phone.inbox()).length === count);
    return (await phone.call('GET', 'inbox')).json.messages as {
      body: string;
      from: string;
      media: { content_type: string; url: string }[];
    }[];
  };

  it('answers a text, and the phone shows the answer', async () => {
    routes['/sms'] = () => {
      const twiml = new MessagingResponse();
      twiml.message('The Robots are coming! Head for the hills!');
      return twiml.toString();
    };
    await point({ smsUrl: url('/sms') });
    const { status, json } = await phone.send('Hello?');
    expect([status, json.alerts]).toEqual([201, []]);
    expect(await shown(1)).toMatchObject([
      { from: '+12025550100', body: 'The Robots are coming! Head for the hills!' },
    ]);
    expect(judged).toEqual([['/sms', true]]);
    const [reply] = await sdk().messages.list({ from: '+12025550100', limit: 1 });
    expect([reply?.direction, reply?.to]).toEqual(['outbound-reply', phone.number]);
    const heard = await sdk().messages(json.sid).fetch();
    expect([heard.direction, heard.status, heard.body]).toEqual(['inbound', 'received', 'Hello?']);
  });

  it('answers with what was said: several messages, and a form that is as the SDK expects it', async () => {
    routes['/sms'] = ({ Body, From }) => {
      const twiml = new MessagingResponse();
      if (Body === 'bye') twiml.message('Goodbye');
      twiml.message(`${From} said ${Body}`);
      return twiml.toString();
    };
    await point({ smsUrl: url('/sms') });
    await phone.send('“Grüße” & <3 + 100% \u{1F600}');
    const [first] = await shown(1);
    expect(first?.body).toBe(`${phone.number} said “Grüße” & <3 + 100% \u{1F600}`);
    const { json } = await phone.send('bye');
    expect(json.replies.map(({ body }: { body: string }) => body)).toEqual(['Goodbye', `${phone.number} said bye`]);
  });

  it('answers with a picture', async () => {
    routes['/sms'] = () => {
      const twiml = new MessagingResponse();
      const message = twiml.message('');
      message.body('A cat');
      message.media(url('/cat.png'));
      return twiml.toString();
    };
    await point({ smsUrl: url('/sms') });
    await phone.send('Cat please');
    expect(await shown(1)).toMatchObject([{ body: 'A cat', media: [{ content_type: 'image/png' }] }]);
  });

  it('takes a picture, and says what it got', async () => {
    routes['/sms'] = ({ NumMedia, MediaContentType0 }) => {
      const twiml = new MessagingResponse();
      twiml.message(`${NumMedia} of ${MediaContentType0}`);
      return twiml.toString();
    };
    await point({ smsUrl: url('/sms') });
    const { json } = await phone.send({ body: 'Look', media: [{ url: url('/cat.png') }] });
    expect((await shown(1))[0]?.body).toBe('1 of image/png');
    const [medium] = await sdk().messages(json.sid).media.list();
    expect(medium?.contentType).toBe('image/png');
  });

  it('redirects', async () => {
    routes['/sms'] = () => {
      const twiml = new MessagingResponse();
      twiml.redirect(url('/other'));
      return twiml.toString();
    };
    routes['/other'] = ({ Body }) => {
      const twiml = new MessagingResponse();
      twiml.message(`From elsewhere: ${Body}`);
      return twiml.toString();
    };
    await point({ smsUrl: url('/sms') });
    await phone.send('Hello');
    expect((await shown(1))[0]?.body).toBe('From elsewhere: Hello');
    expect(judged).toEqual([
      ['/sms', true],
      ['/other', true],
    ]);
  });

  it('is down, and its fallback answers', async () => {
    routes['/fallback'] = ({ ErrorCode, ErrorUrl }) => {
      const twiml = new MessagingResponse();
      twiml.message(`${ErrorCode} at ${ErrorUrl}`);
      return twiml.toString();
    };
    await point({ smsUrl: url('/gone'), smsFallbackUrl: url('/fallback') });
    const { json } = await phone.send('Hello');
    expect((await shown(1))[0]?.body).toBe(`11200 at ${url('/gone')}`);
    expect(json.alerts.map(({ code }: { code: number }) => code)).toEqual([11200]);
    expect(judged.every(([, isValid]) => isValid)).toBe(true);
  });
});
