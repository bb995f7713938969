/** What becomes of binds by SID whose key is deleted or whose token is replaced. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PidgeEvent } from '../../src/domain/events.ts';
import { ESME_DEFAULTS } from '../../src/esme/settings.ts';
import { ESME } from '../../src/wire/smpp/codes.ts';
import { Client } from '../helpers/client.ts';
import { Esme, PHONE } from '../helpers/esme.ts';
import { startEsmePidge } from '../helpers/esme-pidge.ts';
import { TestPhone } from '../helpers/phone.ts';
import type { TestPidge } from '../helpers/pidge.ts';

const INBOUND = '+12125550141';

let pidge: TestPidge;
let port: number;
let client: Client;
const open: Esme[] = [];
const events: PidgeEvent[] = [];

beforeEach(async () => {
  events.length = 0;
  const observe = (event: PidgeEvent) => void events.push(event);
  ({ pidge, port } = await startEsmePidge({ clock: 'hand-wound', observe }));
  client = new Client(pidge.origin, pidge.account);
});
afterEach(async () => {
  for (const esme of open.splice(0)) esme.drop();
  await client.close();
  await pidge.close();
});

async function bound(sid: string, secret: string, role: 'transceiver' | 'transmitter' = 'transceiver'): Promise<Esme> {
  const esme = await Esme.bound(port, sid, secret, role);
  open.push(esme);
  return esme;
}
async function status(esme: Esme): Promise<number | undefined> {
  return (await esme.submit('Hello'))?.commandStatus;
}
/** It was told goodbye, and that is over. */
async function ended(esme: Esme): Promise<void> {
  await pidge.wind(async () => esme.isClosed);
  expect(esme.heard.map(({ command }) => command)).toContain('unbind');
}
const call = (method: string, path: string) => client.call(method, path);

it('a bind by a key that was deleted is refused its submits, told nothing more, and ended', async () => {
  const { sid, secret } = (await call('POST', `${client.base}/Keys.json`)).json;
  await pidge.addSender({ address: INBOUND, properties: { sms_url: `smpp:${sid}` } });
  const [submits, hears, idle] = [
    await bound(sid, secret, 'transmitter'),
    await bound(sid, secret),
    await bound(sid, secret, 'transmitter'),
  ];
  expect(await status(submits)).toBe(0);
  await pidge.wind(async () => hears.receipts.length === 1);

  expect((await call('DELETE', `${client.base}/Keys/${sid}.json`)).status).toBe(204);
  pidge.advance(1_000);
  const answers = await Promise.all([status(submits), status(submits)]);
  expect(answers).toEqual([ESME.ESME_RBINDFAIL, ESME.ESME_RBINDFAIL]);
  await ended(submits);
  const said = new TestPhone(client, PHONE).send({ body: 'Anybody there?', to: INBOUND, wait: false });
  await ended(hears);
  await said;
  expect(hears.delivered).toHaveLength(1);
  const messages = (await call('GET', `${client.base}/Messages.json?To=%2B12125550141`)).json.messages;
  expect(messages).toMatchObject([{ status: 'receiving', body: 'Anybody there?' }]);

  pidge.advance(30_000);
  await ended(idle);
  const whys = events.flatMap((event) => (event.type === 'esme.bind' && event.state === 'lost' ? [event.why] : []));
  expect(whys).toEqual(Array.from({ length: 3 }, () => 'what it bound with is good no more'));
});

it('a bind by a token that another took the place of ends, and what it would have heard goes to the new one', async () => {
  const { sid, token } = pidge.account;
  const [first, configured] = [await bound(sid, token), await bound('acme', 'secret08')];
  const { secondary_auth_token: second } = (await call('POST', '/v1/AuthTokens/Secondary')).json;
  const next = await bound(sid, second);
  expect(await Promise.all([status(first), status(next)])).toEqual([0, 0]);
  await pidge.wind(async () => first.receipts.length + next.receipts.length === 2);
  const told = first.receipts.length;

  expect((await call('POST', '/v1/AuthTokens/Promote')).status).toBe(200);
  pidge.advance(1_000);
  expect(await Promise.all([status(next), status(next)])).toEqual([0, 0]);
  await pidge.wind(async () => first.receipts.length + next.receipts.length === 4);
  expect(first.receipts).toHaveLength(told);
  await ended(first);
  expect(await Promise.all([status(next), status(configured)])).toEqual([0, 0]);
  await pidge.wind(async () => next.receipts.length + configured.receipts.length + told === 6);
});

it('quiet binds of a token that another took the place of give their places to the binds of the new one', async () => {
  const { sid, token } = pidge.account;
  const oneMore = async (secret: string) => {
    const esme = await Esme.connect(port);
    open.push(esme);
    return esme.bind(sid, secret);
  };
  const quiet = await Promise.all(Array.from({ length: ESME_DEFAULTS.binds }, () => bound(sid, token)));
  expect(await oneMore(token)).toBe(ESME.ESME_RALYBND);
  const { secondary_auth_token: second } = (await call('POST', '/v1/AuthTokens/Secondary')).json;
  expect((await call('POST', '/v1/AuthTokens/Promote')).status).toBe(200);
  pidge.advance(1_000);
  await Promise.all(Array.from({ length: ESME_DEFAULTS.binds }, () => bound(sid, second)));
  expect(await oneMore(second)).toBe(ESME.ESME_RALYBND);
  await Promise.all(quiet.map(ended));
});
