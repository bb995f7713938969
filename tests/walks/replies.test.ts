/** What an app answers to a message that came in, and what becomes of it (behaviour sheet 3.3). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answering, NUMBER, PHONE, startAnswering } from '../helpers/answering-app.ts';
import { twiml } from '../helpers/app-host.ts';

let one: Answering;
beforeEach(async () => {
  one = await startAnswering();
});
afterEach(() => one.close());

const bodies = async () => (await one.replies()).map(({ body }) => body);

describe('an app that answers', () => {
  it.each(['text/xml', 'application/xml; charset=utf-8', 'text/html'])('with TwiML as %s replies', async (type) => {
    one.app.twiml('/sms', '<Message>Hi &amp; welcome</Message>', { 'content-type': type });
    const message = await one.text('Hello');
    expect(message).toMatchObject({ direction: 'inbound', status: 'received', from: PHONE, to: NUMBER });
    const [reply] = await one.replies();
    expect(reply).toMatchObject({ body: 'Hi & welcome', from: NUMBER, to: PHONE, direction: 'outbound-reply' });
    expect(one.alerts()).toEqual([]);
    await one.pidge.until(async () => one.carrier.taken.some(({ messageSid }) => messageSid === reply?.sid));
  });

  it('with plain text replies with the whole of it', async () => {
    one.app.pages.set('/sms', { headers: { 'content-type': 'text/plain' }, body: ' <b>as it is</b>' });
    await one.text();
    expect(await bodies()).toEqual([' <b>as it is</b>']);
  });

  it.each([
    ['204', { status: 204 }, []],
    ['an empty <Response/>', twiml(''), []],
    ['200 and nothing', { headers: { 'content-type': 'text/xml' } }, [11770]],
  ])('with %s does not reply', async (_, page, alerts) => {
    one.app.pages.set('/sms', page);
    await one.text();
    expect(await bodies()).toEqual([]);
    expect(one.alerts()).toEqual(alerts);
  });

  it('is told all about the message, signed, with the token of this document', async () => {
    one.app.twiml('/sms', '');
    const { sid } = await one.text('Ünï + more');
    const [asked] = one.app.asked;
    expect(asked).toMatchObject({
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'user-agent': 'TwilioProxy/1.1',
        'x-twilio-signature': expect.stringMatching(/^[\w+/]{27}=$/),
        'i-twilio-idempotency-token': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      params: {
        MessageSid: sid,
        SmsMessageSid: sid,
        AccountSid: one.pidge.account.sid,
        From: PHONE,
        To: NUMBER,
        Body: 'Ünï + more',
        NumMedia: '0',
        NumSegments: '1',
        SmsStatus: 'received',
        FromState: 'IL',
        ToCountry: 'US',
      },
    });
  });

  it('is asked by GET where it wants that, behind the query it has', async () => {
    await one.configure({ sms_url: `${one.app.origin}/sms?key=1`, sms_method: 'GET' });
    one.app.twiml('/sms', '<Message>Hi</Message>');
    await one.text('a b');
    expect(one.app.asked[0]).toMatchObject({ method: 'GET', params: { key: '1', Body: 'a b' } });
    expect(await bodies()).toEqual(['Hi']);
  });

  it('in gzip is understood', async () => {
    const { gzipSync } = await import('node:zlib');
    const body = gzipSync('<Response><Message>small</Message></Response>') as unknown as string;
    one.app.pages.set('/sms', { headers: { 'content-type': 'text/xml', 'content-encoding': 'gzip' }, body });
    await one.text();
    expect(await bodies()).toEqual(['small']);
  });
});

describe('an app whose answer cannot be used', () => {
  const xml = (body: string) => ({ headers: { 'content-type': 'text/xml' }, body });
  const cases = [
    ['JSON', { headers: { 'content-type': 'application/json' }, body: '{"a":1}' }, 12300],
    ['no Content-Type', { body: '<Response/>' }, 12300],
    ['a document that is not well-formed', xml('<Response><Message>R&D</Message></Response>'), 12100],
    ['a DOCTYPE', xml('<!DOCTYPE Response><Response/>'), 12100],
    ['XML 1.1', xml('<?xml version="1.1"?><Response/>'), 12101],
    ['another root', xml('<html/>'), 12102],
    ['500', { status: 500, headers: { 'content-type': 'text/xml' }, body: '<Response/>' }, 11200],
    ['404', { status: 404 }, 11200],
    ['more than 64 kB', xml(`<Response><Message>${'x'.repeat(70_000)}</Message></Response>`), 11750],
    ['a redirect to nowhere', { status: 302 }, 11216],
  ] as const;

  it.each(cases)('(%s) has its fallback asked', async (_, page, code) => {
    await one.configure({ sms_fallback_url: `${one.app.origin}/fallback`, sms_fallback_method: 'GET' });
    one.app.pages.set('/sms', page);
    one.app.twiml('/fallback', '<Message>Sorry</Message>');
    const { sid } = await one.text('Hello');
    expect(await bodies()).toEqual(['Sorry']);
    expect(one.alerts()).toEqual([code]);
    const [asked] = one.app.requests('/fallback');
    const params = { MessageSid: sid, Body: 'Hello', ErrorCode: String(code), ErrorUrl: `${one.app.origin}/sms` };
    expect(asked).toMatchObject({ method: 'GET', params });
  });

  it('and which has no fallback has the message received all the same', async () => {
    one.app.pages.set('/sms', { status: 500 });
    expect((await one.text()).status).toBe('received');
    expect(await bodies()).toEqual([]);
    expect(one.alerts()).toEqual([11200]);
  });

  it('and whose fallback fails too is not asked again', async () => {
    await one.configure({ sms_fallback_url: `${one.app.origin}/fallback` });
    await one.text();
    expect(one.app.asked.map(({ path }) => path)).toEqual(['/sms', '/fallback']);
    expect(one.alerts()).toEqual([11200, 11200]);
  });

  it('because nobody is there is tried once more, then its fallback is asked', async () => {
    await one.configure({ sms_url: 'http://127.0.0.1:1/sms', sms_fallback_url: `${one.app.origin}/fallback` });
    one.app.twiml('/fallback', '<Message>Sorry</Message>');
    await one.text();
    expect(await bodies()).toEqual(['Sorry']);
    expect(one.app.asked[0]?.params.ErrorCode).toMatch(/^1120[0-9]$/);
  });

  it('because its answer broke off is not asked again, whatever rp says', async () => {
    await one.configure({ sms_url: `${one.app.origin}/sms#rt=100&rc=2&rp=all` });
    one.app.pages.set('/sms', { headers: { 'content-type': 'text/xml', 'content-length': '500' }, body: '<Response>' });
    await one.text();
    expect(one.app.requests('/sms')).toHaveLength(1);
    expect(one.alerts()).toEqual([11200]);
  });

  it('keeps its password out of what the fallback is told', async () => {
    const withUser = `${one.app.origin.replace('//', '//me:secret@')}/sms#rc=0`;
    await one.configure({ sms_url: withUser, sms_fallback_url: `${one.app.origin}/fallback` });
    await one.text();
    expect(one.app.requests('/fallback')[0]?.params.ErrorUrl).toBe(`${one.app.origin}/sms`);
    const kept = await one.pidge.running.store.attempts({ accountSid: one.pidge.account.sid, limit: 10 });
    expect(JSON.stringify(kept)).not.toContain('secret');
  });
});

describe('an app whose TwiML is strange in parts', () => {
  it.each([
    ['an unknown verb', '<Send>x</Send><Message>Hi</Message>', 12200],
    ['the wrong case', '<message>x</message><Message>Hi</Message>', 12200],
    ['an unknown attribute', '<Message colour="red">Hi</Message>', 12200],
    ['a verb of calls', '<Say>x</Say><Message>Hi</Message>', 14110],
    ['an address that is none', '<Message to="abc">x</Message><Message>Hi</Message>', 14101],
    ['a sender that is none', '<Message from="no sender at all">x</Message><Message>Hi</Message>', 14102],
    ["somebody else's sender", '<Message from="+12025559999">x</Message><Message>Hi</Message>', 14102],
    ['an empty message', '<Message/><Message>Hi</Message>', 14103],
    ['a text that is too long', `<Message>${'x'.repeat(1_601)}</Message><Message>Hi</Message>`, 14103],
    ['a method that is none', '<Message method="PUT" action="/x">x</Message><Message>Hi</Message>', 14104],
    ['a status callback that is none', '<Message statusCallback="ftp://x">x</Message><Message>Hi</Message>', 14105],
  ])('(%s) has the rest carried out, and no fallback asked', async (_, inner, code) => {
    await one.configure({ sms_fallback_url: `${one.app.origin}/fallback` });
    one.app.twiml('/sms', inner);
    await one.text();
    expect(await bodies()).toEqual(['Hi']);
    expect(one.alerts()).toEqual([code]);
    expect(one.events.find((event) => event.type === 'alert')).toMatchObject({ level: 'warning' });
    expect(one.app.requests('/fallback')).toEqual([]);
  });
});
