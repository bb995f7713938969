/** Our own side for opt-outs: `/_admin/v1/accounts/{AC}/opt-outs`, and what a service or sender does about keywords. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_KEYWORDS, DEFAULT_TEXTS } from '../../src/domain/keywords.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const SCOPE = '+12025550100';
const PEER = '+12025550101';
const JSON_TYPE = { 'content-type': 'application/json' };
const CSV_TYPE = { 'content-type': 'text/csv' };
const FOREIGN = `MG${'9'.repeat(32)}`;

describe('the admin side', () => {
  let pidge: TestPidge;
  let client: Client;
  let root: string;
  let serviceSid: string;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    root = `/_admin/v1/accounts/${pidge.account.sid}`;
    serviceSid = (await client.call('POST', '/v1/Services', { form: { FriendlyName: 'Shop' } })).json.sid;
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const get = (path: string) => client.call('GET', `${root}/${path}`);
  const send = (method: string, path: string, body: unknown) =>
    client.call(method, `${root}/${path}`, { body: JSON.stringify(body), headers: JSON_TYPE });
  const add = (fields: Record<string, unknown>) => send('POST', 'opt-outs', fields);
  const remove = (fields: Record<string, string>) =>
    client.call('DELETE', `${root}/opt-outs?${new URLSearchParams(fields)}`);
  const load = (body: string, headers: Record<string, string> = CSV_TYPE) =>
    client.call('POST', `${root}/opt-outs/import`, { body, headers });
  const peersOf = async (query = '') =>
    (await get(`opt-outs${query}`)).json.opt_outs.map(({ peer }: { peer: string }) => peer);

  describe('of opt-outs', () => {
    beforeEach(async () => {
      const { store } = pidge.running;
      const accountSid = pidge.account.sid;
      const keys = await store.optOuts({ accountSid, limit: 50_000 });
      if (keys.length > 0)
        await store.changeOptOuts([{ accountSid, change: 'opt-in', keys, source: 'api' }], pidge.now());
    });

    it('has nobody at first: an empty list, and a CSV of a header alone', async () => {
      const { status, json } = await get('opt-outs');
      expect([status, json.opt_outs, json.meta.next_page_url]).toEqual([200, [], null]);
      const { headers, text } = await get('opt-outs.csv');
      expect(text).toBe('channel,scope,peer,at,source\r\n');
      expect(headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(headers['content-disposition']).toContain('opt-outs.csv');
      const head = await client.call('HEAD', `${root}/opt-outs.csv`);
      expect([head.status, head.text]).toEqual([200, '']);
    });

    it('adds one, tells when it was there before, and removes it once', async () => {
      const made = await add({ scope: SCOPE, peer: PEER });
      const one = { account_sid: pidge.account.sid, channel: 'sms', scope: SCOPE, peer: PEER, source: 'api' };
      expect(made).toMatchObject({ status: 201, json: one });
      expect(Math.abs(Date.parse(made.json.at) - Date.now())).toBeLessThan(60_000);
      expect(await add({ scope: SCOPE, peer: PEER })).toMatchObject({ status: 200, json: made.json });
      expect((await get('opt-outs')).json.opt_outs).toEqual([made.json]);
      expect((await remove({ scope: SCOPE, peer: PEER })).status).toBe(204);
      const again = await remove({ scope: SCOPE, peer: PEER });
      expect([again.status, again.json.code, again.json.details.received]).toEqual([404, 20404, PEER]);
    });

    it('takes a service, a name and other channels for scope', async () => {
      expect((await add({ scope: serviceSid, peer: PEER })).status).toBe(201);
      expect((await add({ scope: 'ACME', peer: PEER })).status).toBe(201);
      expect((await add({ channel: 'whatsapp', scope: SCOPE, peer: PEER })).json).toMatchObject({
        channel: 'whatsapp',
        scope: `whatsapp:${SCOPE}`,
        peer: `whatsapp:${PEER}`,
      });
    });

    it.each([
      [{}, 'peer'],
      [{ scope: SCOPE }, 'peer'],
      [{ peer: PEER }, 'scope'],
      [{ scope: SCOPE, peer: 7 }, 'peer'],
      [{ scope: FOREIGN, peer: PEER }, 'scope'],
      [{ scope: SCOPE, peer: PEER, channel: 'fax' }, 'channel'],
      [{ scope: SCOPE, peer: PEER, reason: 'x' }, 'reason'],
      [[], 'the body'],
      ['no', 'the body'],
    ])('refuses %j by its %s with 400/20001', async (body, parameter) => {
      const { status, json } = await send('POST', 'opt-outs', body);
      expect([status, json.code, json.details.parameter]).toEqual([400, 20001, parameter]);
      expect(json.details).toMatchObject({ allowed: expect.any(String), fix: expect.any(String) });
      expect(await peersOf()).toEqual([]);
    });

    it('refuses what is no JSON, and a form', async () => {
      const broken = await client.call('POST', `${root}/opt-outs`, { body: '{', headers: JSON_TYPE });
      expect([broken.status, broken.json.code]).toEqual([400, 20001]);
      const form = await client.call('POST', `${root}/opt-outs`, { form: { scope: SCOPE, peer: PEER } });
      expect([form.status, form.json.code]).toEqual([415, 20422]);
      expect((await client.call('PATCH', `${root}/opt-outs`)).status).toBe(405);
      expect((await get('opt-out')).json.code).toBe(20404);
    });

    it('filters by scope, peer and channel; a plus may come as a space', async () => {
      await load(`scope,peer\n${SCOPE},${PEER}\n76767,${PEER}\n${SCOPE},+12025550102\n${SCOPE},whatsapp:${PEER}\n`);
      await add({ scope: `whatsapp:${SCOPE}`, peer: `whatsapp:${PEER}` });
      expect(await peersOf(`?scope=${encodeURIComponent(SCOPE)}`)).toEqual(['+12025550102', PEER]);
      expect(await peersOf(`?peer=${PEER}`)).toEqual([PEER, PEER]);
      expect(await peersOf('?channel=whatsapp')).toEqual([`whatsapp:${PEER}`]);
      expect(await peersOf(`?peer=whatsapp:${PEER}`)).toEqual([`whatsapp:${PEER}`]);
      expect(await peersOf(`?peer=${PEER}&scope=76767`)).toEqual([PEER]);
      expect((await get(`opt-outs.csv?scope=76767`)).text.split('\r\n')).toHaveLength(3);
      for (const query of ['channel=fax', 'peer=nobody']) {
        const { status, json } = await get(`opt-outs?${query}`);
        expect([status, json.code, json.details.parameter]).toEqual([400, 20001, query.split('=')[0]]);
      }
    });

    it('is paged by links, newest first, and a page goes on although what was before it is gone', async () => {
      const peers = Array.from({ length: 7 }, (_, index) => `+120255501${10 + index}`);
      for (const peer of peers) await add({ scope: SCOPE, peer });
      const seen: string[] = [];
      let url: string | null = `${pidge.origin}${root}/opt-outs?PageSize=3&scope=${encodeURIComponent(SCOPE)}`;
      while (url) {
        const { json } = await client.call('GET', url.slice(pidge.origin.length));
        const { opt_outs: page, meta } = json;
        expect(meta).toMatchObject({ key: 'opt_outs', page_size: 3, previous_page_url: null });
        seen.push(...page.map(({ peer }: { peer: string }) => peer));
        await remove({ scope: SCOPE, peer: page.at(-1).peer });
        url = meta.next_page_url;
      }
      expect(seen.toSorted()).toEqual(peers);
      expect(await peersOf()).toHaveLength(4);
    });

    it('takes an empty page token for none', async () => {
      for (const path of ['opt-outs', 'opt-outs/log']) expect((await get(`${path}?PageToken=`)).status).toBe(200);
    });

    it.each(['x', 'PA', `PA${Buffer.from('[1,"sms"]').toString('base64url')}`, `PA${'9'.repeat(30)}`])(
      'refuses a page token that is none of ours: %s',
      async (token) => {
        for (const path of ['opt-outs', 'opt-outs/log']) {
          const { status, json } = await get(`${path}?PageToken=${token}`);
          expect([status, json.code]).toEqual([400, 21481]);
        }
      },
    );

    it('logs who changed what, newest first and in pages', async () => {
      const key = (await client.call('POST', `${client.base}/Keys.json`)).json;
      const before = (await get('opt-outs/log')).json.opt_out_log.length;
      await add({ scope: SCOPE, peer: PEER });
      await add({ scope: SCOPE, peer: PEER });
      const byKey = new Client(pidge.origin, { sid: key.sid, token: key.secret });
      const gone = await byKey.call('DELETE', `${root}/opt-outs?${new URLSearchParams({ scope: SCOPE, peer: PEER })}`);
      await byKey.close();
      expect(gone.status).toBe(204);
      const { opt_out_log: log, meta } = (await get('opt-outs/log?PageSize=1')).json;
      const what = { channel: 'sms', scope: SCOPE, peer: PEER, source: 'api' };
      expect(log).toMatchObject([{ ...what, change: 'opt-in', actor: key.sid }]);
      const next = (await client.call('GET', meta.next_page_url.slice(pidge.origin.length))).json;
      expect(next.opt_out_log).toMatchObject([{ ...what, change: 'opt-out', actor: pidge.account.sid }]);
      expect((await get('opt-outs/log?PageSize=1000')).json.opt_out_log).toHaveLength(before + 2);
    });
  });

  describe('of files', () => {
    it('takes good rows, tells of bad ones by their line, and the same file again changes nothing', async () => {
      const rows = [
        'channel,scope,peer,at,source',
        `sms,${SCOPE},+12025550171,2026-01-31T09:30:00.123Z,keyword`,
        `sms,${SCOPE},nobody,,`,
        `sms,${FOREIGN},+12025550172,,`,
        `sms,${serviceSid},+12025550172,,carrier`,
      ];
      const first = await load(rows.join('\r\n'));
      expect(first).toMatchObject({ status: 200, json: { added: 2, unchanged: 0, refused: 2 } });
      expect(first.json.errors).toMatchObject([
        { line: 3, parameter: 'peer', received: 'nobody' },
        { line: 4, parameter: 'scope', received: FOREIGN },
      ]);
      expect((await load(rows.join('\n'))).json).toMatchObject({ added: 0, unchanged: 2, refused: 2 });
      const [kept] = (await get(`opt-outs?peer=+12025550171`)).json.opt_outs;
      expect(kept).toMatchObject({ source: 'keyword', at: '2026-01-31T09:30:00.123Z' });
    });

    it.each(['', 'scope\n', 'a,b\n'])('refuses a file without a header it understands: %j', async (body) => {
      const { status, json } = await load(body);
      expect([status, json.code, json.details.parameter]).toEqual([400, 20001, 'header']);
      expect(json.details.allowed).toBe('channel,scope,peer,at,source');
    });

    it('refuses other types, other encodings and more than 1 MB', async () => {
      const json = await load('scope,peer\n', JSON_TYPE);
      expect([json.status, json.json.code, json.json.details.allowed]).toEqual([415, 20422, 'text/csv']);
      const nul = await load('scope,peer\nA\0,+12025550101');
      expect([nul.status, nul.json.code]).toEqual([400, 20001]);
      expect((await load('x'.repeat(1_048_577))).status).toBe(413);
      expect((await client.call('GET', `${root}/opt-outs/import`)).status).toBe(405);
    });
  });

  describe('of Advanced Opt-Out', () => {
    const place = () => `services/${serviceSid}/opt-out`;

    it('shows the defaults where there is none, replaces all of it, and takes it away', async () => {
      const none = await get(place());
      expect(none).toMatchObject({ status: 200, json: { sid: null, enabled: false, service_sid: serviceSid } });
      expect(none.json.keywords.STOP).toEqual([...DEFAULT_KEYWORDS.STOP]);
      expect(none.json.texts.HELP).toEqual({ ALL: DEFAULT_TEXTS.HELP });

      const made = await send('PUT', place(), {
        keywords: { STOP: ['basta'], HELP: [] },
        texts: { STOP: 'Ciao', START: { ALL: 'Hi', IT: 'Ecco' } },
      });
      expect(made.status).toBe(200);
      expect(made.json.sid).toMatch(/^OO[0-9a-f]{32}$/);
      expect(made.json).toMatchObject({
        enabled: true,
        keywords: { STOP: ['STOP', 'BASTA'], START: ['START', 'YES', 'UNSTOP'], HELP: ['HELP'] },
        texts: { STOP: { ALL: 'Ciao' }, START: { ALL: 'Hi', IT: 'Ecco' }, HELP: { ALL: DEFAULT_TEXTS.HELP } },
        url: `${pidge.origin}${root}/${place()}`,
      });
      expect((await get(place())).json).toEqual(made.json);
      const off = await send('PUT', place(), { enabled: false });
      expect(off.json).toMatchObject({ sid: made.json.sid, enabled: false, date_created: made.json.date_created });
      expect(off.json.keywords.STOP).toEqual([...DEFAULT_KEYWORDS.STOP]);
      expect((await client.call('DELETE', `${root}/${place()}`)).status).toBe(204);
      expect((await client.call('DELETE', `${root}/${place()}`)).status).toBe(204);
      expect((await get(place())).json).toEqual(none.json);
    });

    it.each([
      [[], 'the body'],
      [{ words: {} }, 'words'],
      [{ enabled: 'yes' }, 'enabled'],
      [{ keywords: { HALT: [] } }, 'keywords.HALT'],
      [{ keywords: { 'STOP.KLINGON': [] } }, 'keywords.STOP.KLINGON'],
      [{ keywords: [] }, 'keywords'],
      [{ texts: { 'STOP.SPANISH': 'Adiós' } }, 'texts.STOP.SPANISH'],
      [{ keywords: { STOP: 'BASTA' } }, 'keywords.STOP'],
      [{ keywords: { STOP: [1] } }, 'keywords.STOP'],
      [{ keywords: { STOP: ['two words'] } }, 'keywords.STOP'],
      [{ keywords: { STOP: ['x'.repeat(35)] } }, 'keywords.STOP'],
      [{ keywords: { START: ['STOP'] } }, 'keywords.START'],
      [{ keywords: { HELP: ['YES'] } }, 'keywords.HELP'],
      [{ texts: { STOP: 7 } }, 'texts.STOP'],
      [{ texts: { STOP: 'x'.repeat(321) } }, 'texts.STOP.ALL'],
      [{ texts: { STOP: { ALL: '' } } }, 'texts.STOP.ALL'],
      [{ texts: { STOP: { XX: 'x' } } }, 'texts.STOP'],
      [{ texts: { STOP: { us: 'x' } } }, 'texts.STOP'],
      [{ texts: { STOP: { US: null } } }, 'texts.STOP.US'],
    ])('refuses %j by %s with 400/20001', async (body, parameter) => {
      const { status, json } = await send('PUT', place(), body);
      expect([status, json.code, json.details.parameter]).toEqual([400, 20001, parameter]);
      expect((await get(place())).json.enabled).toBe(false);
    });

    it('has words and texts by language beside those of the class', async () => {
      const made = await send('PUT', place(), {
        keywords: { 'STOP.SPANISH': ['alto'] },
        texts: { 'STOP.SPANISH': 'Adiós' },
      });
      expect(made).toMatchObject({
        status: 200,
        json: { keywords: { STOP: [...DEFAULT_KEYWORDS.STOP], 'STOP.SPANISH': ['ALTO'] } },
      });
      expect(made.json.texts).toMatchObject({ STOP: { ALL: DEFAULT_TEXTS.STOP }, 'STOP.SPANISH': { ALL: 'Adiós' } });
      expect((await client.call('DELETE', `${root}/${place()}`)).status).toBe(204);
    });

    it('is there for the default service too, and not for one that nobody has', async () => {
      const account = await pidge.running.store.account(pidge.account.sid);
      expect((await get(`services/${account?.defaultServiceSid}/opt-out`)).status).toBe(200);
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { status, json } = await send(method, `services/${FOREIGN}/opt-out`, {});
        expect([status, json.code]).toEqual([404, 20404]);
      }
    });
  });

  describe('of keyword handling', () => {
    it('is default, off and default again, for a service and for a sender', async () => {
      const [number] = (await client.call('GET', `${client.base}/IncomingPhoneNumbers.json`)).json
        .incoming_phone_numbers;
      for (const place of [`services/${serviceSid}/keyword-handling`, `senders/${number.sid}/keyword-handling`]) {
        expect((await get(place)).json.keyword_handling).toBe('default');
        expect((await send('PUT', place, { keyword_handling: 'off' })).json.keyword_handling).toBe('off');
        expect((await get(place)).json.keyword_handling).toBe('off');
        expect((await send('PUT', place, { keyword_handling: 'default' })).json.keyword_handling).toBe('default');
        for (const body of [{}, { keyword_handling: 'on' }, { keyword_handling: null }]) {
          const { status, json } = await send('PUT', place, body);
          expect([status, json.code, json.details.parameter]).toEqual([400, 20001, 'keyword_handling']);
        }
      }
      expect((await get(`senders/PN${'9'.repeat(32)}/keyword-handling`)).status).toBe(404);
    });
  });
});
