/** Opt-outs by hand: what they do to what is sent, lists of thousands, and a service's own keywords through a phone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_TEXTS } from '../../src/domain/keywords.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

const NUMBER = '+12125550140';
const SLOW = '+12125550142';
const PEER = '+12025550101';
const ROWS = 10_000;

describe('by hand', () => {
  let pidge: TestPidge;
  let client: Client;
  let phone: TestPhone;
  let root: string;

  beforeEach(async () => {
    pidge = await startTestPidge({
      clock: 'hand-wound',
      change: (config) => {
        config.simulator.submitAfterMs = 0;
      },
    });
    client = new Client(pidge.origin, pidge.account);
    phone = new TestPhone(client, PEER);
    root = `/_admin/v1/accounts/${pidge.account.sid}`;
    await pidge.addSender({ address: NUMBER });
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
  });

  const send = async (form: Record<string, string> = {}) =>
    client.send(Object.entries({ To: PEER, From: NUMBER, Body: 'News', ...form }));
  const json = (method: string, path: string, body: unknown) =>
    client.call(method, `${root}/${path}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const load = (body: string) =>
    client.call('POST', `${root}/opt-outs/import`, { body, headers: { 'content-type': 'text/csv' } });
  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const ended = async (sid: string) => {
    await pidge.wind(async () => ['delivered', 'failed', 'undelivered'].includes((await fetch(sid)).status));
    return fetch(sid);
  };
  const remove = (fields: Record<string, string>) =>
    client.call('DELETE', `${root}/opt-outs?${new URLSearchParams(fields)}`);
  async function say(body: string, to = NUMBER) {
    let answer: Awaited<ReturnType<TestPhone['send']>> | null = null;
    void phone.send({ to, body }).then((got) => {
      answer = got;
    });
    await pidge.wind(async () => answer !== null);
    await pidge.running.engine.idle();
    pidge.advance(400);
    return (answer as unknown as Awaited<ReturnType<TestPhone['send']>>).json;
  }

  it('whoever is added gets nothing: no new message, none that waits; and what is sent after the removal arrives', async () => {
    await pidge.addSender({ address: SLOW, rate: 0.1 });
    const waiting: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      waiting.push((await send({ From: SLOW, Body: `News ${index}` })).json.sid);
    }
    expect((await ended(waiting[0] ?? '')).status).toBe('delivered');
    expect((await json('POST', 'opt-outs', { scope: SLOW, peer: PEER })).status).toBe(201);
    const refused = await send({ From: SLOW });
    expect([refused.status, refused.json.code]).toEqual([400, 21610]);
    expect((await send()).status).toBe(201);
    for (const sid of waiting.slice(1)) {
      expect(await ended(sid)).toMatchObject({ status: 'failed', error_code: 21610 });
    }
    expect((await remove({ scope: SLOW, peer: PEER })).status).toBe(204);
    const { json: sent } = await send({ From: SLOW });
    expect((await ended(sent.sid)).status).toBe('delivered');
    expect((await phone.inbox()).filter(({ from }) => from === SLOW)).toHaveLength(2);
  });

  it('a STOP is seen in the list, and an addition is taken back by START', async () => {
    await say('STOP');
    const [one] = (await client.call('GET', `${root}/opt-outs`)).json.opt_outs;
    expect(one).toMatchObject({ channel: 'sms', scope: NUMBER, peer: PEER, source: 'keyword' });
    expect((await remove({ scope: NUMBER, peer: PEER })).status).toBe(204);
    expect((await ended((await send()).json.sid)).status).toBe('delivered');
    await json('POST', 'opt-outs', { scope: NUMBER, peer: PEER });
    expect((await say('START')).keyword).toMatchObject({ type: 'START', change: 'opt-in' });
    expect((await ended((await send()).json.sid)).status).toBe('delivered');
    const log = (await client.call('GET', `${root}/opt-outs/log`)).json.opt_out_log;
    const told = log.map(({ change, source, actor }: Record<string, string>) => [change, source, actor]);
    expect(told).toEqual([
      ['opt-in', 'keyword', null],
      ['opt-out', 'api', pidge.account.sid],
      ['opt-in', 'api', pidge.account.sid],
      ['opt-out', 'keyword', null],
    ]);
  });

  it(`${ROWS} rows are imported, exported and imported again as they were, at another account as well`, async () => {
    const peer = (index: number) => `+1202${String(5_000_000 + index)}`;
    const at = new Date(pidge.now() - 86_400_000).getTime();
    const rows = Array.from({ length: ROWS }, (_, index) => {
      const source = ['keyword', 'carrier', 'api'][index % 3];
      return `sms,${NUMBER},${peer(index)},${new Date(at + index).toISOString()},${source}\r\n`;
    });
    const header = 'channel,scope,peer,at,source\r\n';
    const whole = header + rows.join('');
    expect((await load(whole)).json).toMatchObject({ added: ROWS, unchanged: 0, refused: 0, errors: [] });
    expect((await send({ To: peer(ROWS - 1) })).json.code).toBe(21610);
    const exported = (await client.call('GET', `${root}/opt-outs.csv`)).text;
    // Newest first, where the file had the oldest first.
    expect(exported).toBe(header + rows.toReversed().join(''));
    expect((await load(exported)).json).toMatchObject({ added: 0, unchanged: ROWS });

    const child = (await client.call('POST', '/2010-04-01/Accounts.json')).json;
    const theirs = `/_admin/v1/accounts/${child.sid}/opt-outs`;
    const headers = { 'content-type': 'text/csv' };
    const moved = await client.call('POST', `${theirs}/import`, { body: exported, headers });
    expect(moved.json).toMatchObject({ added: ROWS });
    expect((await client.call('GET', `${theirs}.csv`)).text).toBe(exported);
    const { opt_out_log: log } = (await client.call('GET', `${theirs}/log?PageSize=1`)).json;
    expect(log).toMatchObject([{ change: 'opt-out', actor: pidge.account.sid }]);
  }, 60_000);

  it('a service has words and texts of its own from the next message on, and its app is told the class', async () => {
    const app = await new TestApp().start();
    const sid = await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      properties: { inbound_request_url: app.url() },
      senders: [{ address: NUMBER }],
    });
    expect((await say('BASTA')).keyword).toBeNull();
    await json('PUT', `services/${sid}/opt-out`, {
      keywords: { STOP: ['BASTA'] },
      texts: { STOP: { ALL: 'Ciao', US: 'Bye' }, START: 'Ecco' },
    });
    expect((await say('basta')).keyword).toEqual({ type: 'STOP', change: 'opt-out', reply: 'Bye' });
    expect((await client.call('GET', `${root}/opt-outs?scope=${sid}`)).json.opt_outs).toHaveLength(1);
    expect((await send()).json.code).toBe(21610);
    expect((await say('START')).keyword).toEqual({ type: 'START', change: 'opt-in', reply: 'Ecco' });
    await client.call('DELETE', `${root}/services/${sid}/opt-out`);
    expect((await say('BASTA')).keyword).toBeNull();
    expect((await say('STOP')).keyword).toMatchObject({ reply: DEFAULT_TEXTS.STOP });
    expect(app.asked.map(({ params }) => params.OptOutType)).toEqual([
      undefined,
      'STOP',
      'START',
      undefined,
      undefined,
    ]);
    await app.stop();
  });

  it('keywords are left to the app where a number or a service says so', async () => {
    const number = await pidge.running.store.senderByAddress(NUMBER);
    const place = `senders/${number?.sid}/keyword-handling`;
    await json('PUT', place, { keyword_handling: 'off' });
    expect((await say('STOP')).keyword).toBeNull();
    await json('PUT', place, { keyword_handling: 'default' });
    const sid = await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      properties: { use_inbound_webhook_on_number: true },
      senders: [{ address: NUMBER }],
    });
    await json('PUT', `services/${sid}/keyword-handling`, { keyword_handling: 'off' });
    expect((await say('STOP')).keyword).toBeNull();
    await json('PUT', `services/${sid}/keyword-handling`, { keyword_handling: 'default' });
    expect((await say('STOP')).keyword).toMatchObject({ type: 'STOP' });
  });
});
