/** Short links, over real HTTP, with the hand-wound clock and the simulated carrier. */
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinkDomainSetting } from '../../src/link-domains.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const FROM = '+13125550110';
const TO = '+13125550199';
const TARGET = 'https://shop.example.com/spring/sale?utm_source=sms&utm_campaign=spring-2026#top';
const DAY_MS = 86_400_000;

describe('short links', () => {
  let pidge: TestPidge;
  let client: Client;
  let sink: Sink;

  beforeEach(async () => {
    sink = await new Sink().start();
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await sink.stop();
  });

  /** With a hand-wound clock everything that was sent has to be seen through to its end. */
  async function start(linkDomains: LinkDomainSetting[] = [], clock: 'real' | 'hand-wound' = 'real'): Promise<void> {
    pidge = await startTestPidge({
      clock,
      change: (config) => {
        config.linkDomains = linkDomains;
      },
    });
    client = new Client(pidge.origin, pidge.account);
  }

  const service = (senders = [FROM]) =>
    makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      senders: senders.map((address) => ({ address })),
    });
  const send = (form: Record<string, string>) =>
    client.send(Object.entries({ To: TO, Body: `Look: ${TARGET}!`, ShortenUrls: 'true', ...form }));
  const visit = (path: string, { host, method = 'GET' }: { host?: string; method?: string } = {}) =>
    client.call(method, path, { auth: null, headers: { 'user-agent': 'Phone/1.0', ...(host && { host }) } });
  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const status = async (sid: string, wanted: string) => {
    await pidge.wind(async () => (await fetch(sid)).status === wanted);
  };
  const codeIn = (body: string) => /\/([A-Za-z0-9]{10})(?![A-Za-z0-9])/.exec(body)?.[1] ?? '';

  it('work out of the box: sent, counted as they are, received and followed', async () => {
    await start();
    const MessagingServiceSid = await service();
    const Body = `${'a'.repeat(100)} ${TARGET}!`;
    const { status: made, json } = await send({ MessagingServiceSid, From: FROM, Body });
    expect(made).toBe(201);
    const code = codeIn(json.body);
    expect(json.body).toBe(`${'a'.repeat(100)} ${pidge.origin}/l/${code}!`);
    // As it was written it would have been two.
    expect([Body.length > 160, json.num_segments]).toEqual([true, '1']);
    await status(json.sid, 'delivered');
    const inbox = await client.call('GET', `/_test/v1/default/phones/${encodeURIComponent(TO)}/inbox`);
    expect(inbox.json.messages[0].body).toBe(json.body);

    const answer = await visit(`/l/${code}`);
    expect([answer.status, answer.headers.location]).toEqual([302, TARGET]);
    expect(answer.headers['cache-control']).toBe('no-store');
    // Only looking ahead.
    expect((await visit(`/l/${code}`, { method: 'HEAD' })).headers.location).toBe(TARGET);
    expect(await pidge.running.store.link(code)).toMatchObject({ clicks: 1, messageSid: json.sid });
  });

  it('are listed by the console with where they stand, where they lead and how often they were followed', async () => {
    await start([{ domain: 'l.shop.example', services: ['MG00000000000000000000000000000000'] }]);
    const MessagingServiceSid = await service();
    const sids = [];
    for (const path of ['a', 'b']) {
      sids.push((await send({ MessagingServiceSid, Body: `http://example.org/${path}` })).json.sid);
    }
    const list = async (query = '') => client.call('GET', `/_admin/v1/accounts/${pidge.account.sid}/links${query}`);
    const { links, next_page } = (await list()).json;
    expect([links.length, next_page]).toEqual([2, null]);
    const { code, short_url } = links[0];
    expect(links[0]).toMatchObject({
      ...{ short_url: `${pidge.origin}/l/${code}`, target: 'http://example.org/b', message_sid: sids[1] },
      ...{ clicks: 0, is_over: false, domain_sid: expect.stringMatching(/^DN/) },
    });
    await visit(`/l/${code}`);
    for (const q of [code, short_url, 'EXAMPLE.ORG/b', sids[1]]) {
      expect((await list(`?q=${encodeURIComponent(q)}`)).json.links).toMatchObject([{ code, clicks: 1 }]);
    }
    const first = (await list('?limit=1')).json;
    const second = (await list(`?limit=1&page=${first.next_page}`)).json;
    expect([...first.links, ...second.links].map((link) => link.message_sid)).toEqual([...sids].reverse());
    for (const query of ['limit=0', 'page=x', `q=${'x'.repeat(201)}`]) {
      const refused = await list(`?${query}`);
      expect([refused.status, refused.json.code, refused.json.details.parameter]).toEqual([
        ...[400, 20001, query.split('=')[0]],
      ]);
    }
  });

  it('each message and each address has its own, and what needs none has none', async () => {
    await start();
    const MessagingServiceSid = await service();
    const Body = `${TARGET} http://example.org example.net`;
    const bodies = [
      (await send({ MessagingServiceSid, Body })).json.body,
      (await send({ MessagingServiceSid, Body })).json.body,
    ];
    const codes = bodies.flatMap((body) => [...body.matchAll(/\/l\/([A-Za-z0-9]{10})/g)].map((match) => match[1]));
    expect(new Set(codes).size).toBe(4);
    for (const body of bodies) expect(body.endsWith(' example.net')).toBe(true);
    const short = bodies[0];
    expect((await send({ MessagingServiceSid, Body: short })).json.body).toBe(short);
    const long = await send({ MessagingServiceSid, ShortenUrls: 'false' });
    expect(long.json.body).toBe(`Look: ${TARGET}!`);
    const plain = await send({ MessagingServiceSid, Body: 'Nothing to follow' });
    expect([plain.status, plain.json.body]).toEqual([201, 'Nothing to follow']);
  });

  it('on channels stay long', async () => {
    await start();
    const account = await pidge.running.store.account(pidge.account.sid);
    const MessagingServiceSid = account?.defaultServiceSid ?? '';
    const { status: made, json } = await send({ MessagingServiceSid, To: `whatsapp:${TO}` });
    expect([made, json.body]).toEqual([201, `Look: ${TARGET}!`]);
  });

  it('without a service, or with one that no domain is for, are refused with 30106', async () => {
    await start();
    const alone = await client.send({ ShortenUrls: 'true' });
    expect([alone.status, alone.json.code, alone.json.details.parameter]).toEqual([400, 30106, 'MessagingServiceSid']);
    const MessagingServiceSid = await service();
    const { domains } = (await client.call('GET', '/v1/LinkShortening/Domains')).json;
    const place = `/v1/LinkShortening/Domains/${domains[0].sid}/MessagingServices/${MessagingServiceSid}`;
    expect((await client.call('DELETE', place)).status).toBe(204);
    const { json } = await send({ MessagingServiceSid });
    expect([json.code, json.details.received]).toEqual([30106, MessagingServiceSid]);
    expect((await client.call('POST', place)).status).toBe(201);
    expect((await send({ MessagingServiceSid })).status).toBe(201);
  });

  it('that make a text too long are refused, or left long where the domain says so', async () => {
    const domain = `http://${'l'.repeat(60)}.example.com`;
    await start([{ domain }]);
    const MessagingServiceSid = await service();
    const Body = `${'a'.repeat(1_585)} http://a.co/b`;
    const { json } = await send({ MessagingServiceSid, Body });
    expect([json.code, json.details.parameter]).toEqual([21617, 'Body']);
    const [{ sid }] = (await client.call('GET', '/v1/LinkShortening/Domains')).json.domains;
    const config = { form: { ContinueOnFailure: 'true' } };
    await client.call('POST', `/v1/LinkShortening/Domains/${sid}/Config`, config);
    expect((await send({ MessagingServiceSid, Body })).json.body).toBe(Body);
  });

  it('of a domain of its own lead on under its name alone', async () => {
    await start([{ domain: 'https://l.shop.example' }, { domain: 'go.example' }]);
    const MessagingServiceSid = await service();
    const { json } = await send({ MessagingServiceSid });
    const code = codeIn(json.body.replace('https://l.shop.example', ''));
    expect(json.body).toBe(`Look: https://l.shop.example/${code}!`);
    const at = async (host?: string, path = `/${code}`) => {
      const { status, headers } = await visit(path, { host });
      return [status, headers.location];
    };
    expect(await at('l.shop.example')).toEqual([302, TARGET]);
    expect(await at('L.Shop.Example')).toEqual([302, TARGET]);
    expect(await at('go.example')).toEqual([404, undefined]);
    expect(await at('l.shop.example.evil.example')).toEqual([404, undefined]);
    expect(await at(undefined)).toEqual([404, undefined]);
    // The path that a proxy in front of any of them may lead to.
    expect(await at(undefined, `/l/${code}`)).toEqual([302, TARGET]);
    const proxied = await client.call('GET', `/${code}`, {
      auth: null,
      headers: { 'x-forwarded-host': 'l.shop.example' },
    });
    expect(proxied.status).toBe(302);
    const hidden = await client.call('POST', `/v1/LinkShortening/Domains/${await sidOf(MessagingServiceSid)}/Config`, {
      form: { DisableHttps: 'true' },
    });
    expect(hidden.json.disable_https).toBe(true);
    expect((await send({ MessagingServiceSid })).json.body).toMatch(/^Look: l\.shop\.example\/[A-Za-z0-9]{10}!$/);
  });

  const sidOf = async (serviceSid: string) =>
    (await client.call('GET', `/v1/LinkShortening/MessagingServices/${serviceSid}/Domain`)).json.domain_sid;

  it('are over after their time, counted from the hour of the message', async () => {
    await start([{ domain: 'l.shop.example', ttlMs: 2 * DAY_MS }], 'hand-wound');
    const MessagingServiceSid = await service();
    const SendAt = new Date(pidge.now() + DAY_MS).toISOString();
    const now = await send({ MessagingServiceSid });
    const later = await send({ MessagingServiceSid, ScheduleType: 'fixed', SendAt });
    const [early, late] = [now, later].map(({ json }) => codeIn(json.body.replace('https://', '')));
    const at = async (code?: string) => (await visit(`/${code}`, { host: 'l.shop.example' })).status;
    pidge.advance(2 * DAY_MS - 1);
    expect([await at(early), await at(late)]).toEqual([302, 302]);
    pidge.advance(1);
    expect([await at(early), await at(late)]).toEqual([404, 302]);
    pidge.advance(DAY_MS);
    const page = await visit(`/${late}`, { host: 'l.shop.example' });
    expect(page.status).toBe(404);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.text).toContain('This link leads nowhere');
    // What was asked for stands nowhere on it.
    expect(page.text).not.toContain(late);
    expect((await pidge.running.store.link(late ?? ''))?.clicks).toBe(2);
  });

  it('that are over or never were lead to the fallback of their domain, where it has one', async () => {
    const fallbackUrl = 'https://shop.example.com/münchen';
    await start([{ domain: 'l.shop.example', ttlMs: DAY_MS, fallbackUrl }], 'hand-wound');
    const MessagingServiceSid = await service();
    const code = codeIn((await send({ MessagingServiceSid })).json.body.replace('https://', ''));
    pidge.advance(DAY_MS);
    for (const path of [`/${code}`, '/AAAAAAAAAA', '/favicon.ico']) {
      const { status, headers } = await visit(path, { host: 'l.shop.example' });
      expect([path, status, headers.location]).toEqual([path, 302, 'https://shop.example.com/m%C3%BCnchen']);
    }
    expect((await visit(`/l/${code}`)).headers.location).toBe('https://shop.example.com/m%C3%BCnchen');
    // Nobody knows which domain this would have been of.
    expect((await visit('/l/AAAAAAAAAA')).status).toBe(404);
  });

  it('lead nowhere but where a message said', async () => {
    await start();
    const MessagingServiceSid = await service();
    const code = codeIn((await send({ MessagingServiceSid })).json.body);
    for (const query of ['?url=https://evil.example', '?https://evil.example', '?next=//evil.example']) {
      expect((await visit(`/l/${code}${query}`)).headers.location).toBe(TARGET);
    }
    for (const path of [
      '/l/https://evil.example',
      '/l/%2F%2Fevil.example',
      '/l//evil.example',
      '/l/',
      `/l/${code}/x`,
    ]) {
      const { status, headers } = await visit(path);
      expect([path, status, headers.location]).toEqual([path, 404, undefined]);
    }
    const planted = {
      domainSid: 'DN1',
      target: 'javascript:alert(1)',
      code: 'Planted001',
      expiresAt: pidge.now() + DAY_MS,
    };
    const message = await pidge.running.store.message(
      pidge.account.sid,
      (await send({ MessagingServiceSid })).json.sid,
    );
    if (!message) throw new Error('There is no message');
    const sid = `SM${'f'.repeat(32)}`;
    await pidge.running.store.accept(
      [{ message: { ...message, sid }, connector: '', lane: null, links: [planted] }],
      pidge.now(),
    );
    const refused = await visit('/l/Planted001');
    expect([refused.status, refused.headers.location]).toEqual([404, undefined]);
  });

  describe('a click', () => {
    it('is told by a signed JSON request, after what was to be told of the message before', async () => {
      await start([{ domain: 'l.shop.example', callbackUrl: `${sink.origin}/clicks?app=1#rt=500` }], 'hand-wound');
      const MessagingServiceSid = await service();
      const { json } = await send({ MessagingServiceSid, StatusCallback: `${sink.origin}/status` });
      await status(json.sid, 'delivered');
      const code = codeIn(json.body.replace('https://', ''));
      const clickTime = new Date(pidge.now()).toISOString();
      await visit(`/${code}`, { host: 'l.shop.example' });
      await pidge.wind(async () => sink.heard.length === 4);
      const click = sink.heard[3];
      expect(sink.statuses(json.sid)).toEqual(['queued', 'sent', 'delivered']);
      expect(click?.headers['content-type']).toBe('application/json');
      expect(JSON.parse(click?.body ?? '')).toEqual({
        event_type: 'click',
        sms_sid: json.sid,
        to: TO,
        from: FROM,
        link: TARGET,
        click_time: clickTime,
        messaging_service_sid: MessagingServiceSid,
        account_sid: pidge.account.sid,
        user_agent: 'Phone/1.0',
      });
      expect(click?.url).toMatch(/\/clicks\?app=1&bodySHA256=[0-9a-f]{64}$/);
      const isGenuine = (body: string, signature: string) =>
        twilio.validateRequestWithBody(pidge.account.token, signature, click?.url ?? '', body);
      const signature = String(click?.headers['x-twilio-signature']);
      expect(isGenuine(click?.body ?? '', signature)).toBe(true);
      expect(isGenuine(`${click?.body} `, signature)).toBe(false);
      expect(isGenuine(click?.body ?? '', 'AAAA')).toBe(false);
    });

    it('is told again until it is heard, kept among the attempts, and can be replayed', async () => {
      await start([{ domain: 'l.shop.example', callbackUrl: `${sink.origin}/clicks` }], 'hand-wound');
      sink.answer = () => (sink.heard.length < 3 ? 503 : 204);
      const MessagingServiceSid = await service();
      const { json } = await send({ MessagingServiceSid });
      await visit(`/${codeIn(json.body.replace('https://', ''))}`, { host: 'l.shop.example' });
      await pidge.wind(async () => sink.heard.length === 3);
      const tokens = sink.heard.map(({ headers }) => headers['i-twilio-idempotency-token']);
      expect(new Set(tokens).size).toBe(1);
      const attempts = async () =>
        (await client.call('GET', `/_test/v1/default/callbacks?message=${json.sid}`)).json.callbacks;
      await pidge.wind(async () => (await attempts()).length === 3);
      const [last] = await attempts();
      expect(last).toMatchObject({ status: 'click', decision: 'done', attempt: 3 });
      expect(last.request.url).toBe(sink.heard[2]?.url);
      expect(JSON.parse(last.request.body).event_type).toBe('click');
      await client.call('POST', `/_test/v1/default/callbacks/${last.id}/replay`);
      await pidge.wind(async () => sink.heard.length === 4);
      expect(sink.heard[3]?.body).toBe(sink.heard[0]?.body);
      expect(sink.heard[3]?.headers['i-twilio-idempotency-token']).not.toBe(tokens[0]);
    });

    it('is told once for every time, and not at all to those who did not ask', async () => {
      await start([{ domain: 'l.shop.example' }], 'hand-wound');
      const MessagingServiceSid = await service();
      const { json } = await send({ MessagingServiceSid });
      const code = codeIn(json.body.replace('https://', ''));
      const go = () => visit(`/${code}`, { host: 'l.shop.example' });
      await go();
      const [{ sid }] = (await client.call('GET', '/v1/LinkShortening/Domains')).json.domains;
      const form = { CallbackUrl: `${sink.origin}/clicks` };
      await client.call('POST', `/v1/LinkShortening/Domains/${sid}/Config`, { form });
      await Promise.all([go(), go(), go()]);
      await pidge.wind(async () => sink.heard.length === 3);
      expect((await pidge.running.store.link(code))?.clicks).toBe(4);
      await pidge.wind(async () => (await pidge.running.store.stats()).callbacksDue === 0);
      expect(sink.heard).toHaveLength(3);
    });

    it('on a link of a deleted message still leads on, and is told without the numbers', async () => {
      await start([{ domain: 'l.shop.example', callbackUrl: `${sink.origin}/clicks` }], 'hand-wound');
      const MessagingServiceSid = await service();
      const { json } = await send({ MessagingServiceSid });
      await status(json.sid, 'delivered');
      expect((await client.call('DELETE', `${client.base}/Messages/${json.sid}.json`)).status).toBe(204);
      const answer = await visit(`/${codeIn(json.body.replace('https://', ''))}`, { host: 'l.shop.example' });
      expect(answer.headers.location).toBe(TARGET);
      await pidge.wind(async () => sink.heard.length === 1);
      expect(JSON.parse(sink.heard[0]?.body ?? '')).toMatchObject({
        sms_sid: json.sid,
        to: null,
        from: null,
        link: TARGET,
      });
    });
  });
});
