/** Two carriers over SMPP, on sockets: what the first refuses or cannot have goes by the second, and the trace says why. */
import { afterEach, expect, it } from 'vitest';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { until } from '../helpers/smpp.ts';

const NUMBER = '+12125550140';
const PHONE = '+12025550101';
const FAILOVER_AFTER_MS = 300;
const [ESME_RINVSRCADR, ESME_RINVDSTADR, ESME_RTHROTTLED] = [0x0a, 0x0b, 0x58];

let acme: Smsc;
let beta: Smsc;
let pidge: TestPidge;
let client: Client;

async function start(): Promise<void> {
  [acme, beta] = [new Smsc({ clock: realClock }), new Smsc({ clock: realClock })];
  const ports = { acme: await acme.listen(), beta: await beta.listen() };
  const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', systemId: 'pidge', password: 'secret08', reconnectMs: 50 };
  const route = { to: [], from: [], channels: [], accounts: [], weight: 1 };
  pidge = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.numbers = [{ number: NUMBER, properties: {} }];
      config.routes = [
        { ...route, connector: 'acme', priority: 10 },
        { ...route, connector: 'beta', priority: 20 },
      ];
      config.connectors = (['acme', 'beta'] as const).map((name) => ({
        ...{ kind: 'smpp', name, inDoubt: 'resend', failoverAfterMs: FAILOVER_AFTER_MS },
        smpp: { ...settings, port: ports[name] },
      }));
    },
  });
  client = new Client(pidge.origin, pidge.account);
  await until(() => acme.bound === 1 && beta.bound === 1);
}
afterEach(async () => {
  await client.close();
  await pidge.close();
  await Promise.all([acme.close(), beta.close()]);
});

const create = async (Body: string) =>
  (await client.call('POST', `${client.base}/Messages.json`, { form: { From: NUMBER, To: PHONE, Body } })).json
    .sid as string;
const message = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
const ended = (sid: string, status: string) => pidge.until(async () => (await message(sid)).status === status);
const whyOf = async (sid: string) => {
  const found = await pidge.running.store.message(pidge.account.sid, sid);
  return (found?.history.flatMap(({ note }) => note ?? []) ?? []).join(' | ');
};
const textsOf = (smsc: Smsc) => smsc.submits.map(({ shortMessage }) => Buffer.from(shortMessage).toString());

it('a sender that the first does not take is the second’s to send', async () => {
  await start();
  acme.script.submit = () => ({ commandStatus: ESME_RINVSRCADR });
  const sid = await create('As somebody');
  await ended(sid, 'delivered');
  expect([textsOf(acme), textsOf(beta)]).toEqual([['As somebody'], ['As somebody']]);
  expect(await whyOf(sid)).toMatch(/by acme: .*then beta.*acme does not take it \(ESME_RINVSRCADR.*by beta/);
});

it('a recipient that the first knows to be none is nobody’s, and one that is throttled stays', async () => {
  await start();
  acme.script.submit = () => ({ commandStatus: ESME_RINVDSTADR });
  const sid = await create('To nobody');
  await ended(sid, 'failed');
  acme.script.submit = (_, number) => (number === 2 ? { commandStatus: ESME_RTHROTTLED } : {});
  await ended(await create('Slowly'), 'delivered');
  expect([textsOf(acme), textsOf(beta)]).toEqual([['To nobody', 'Slowly', 'Slowly'], []]);
});

it('what the first had not taken when it died goes by the second, and what it had taken does not', async () => {
  await start();
  await ended(await create('Before'), 'delivered');
  await acme.close();
  const sid = await create('While it is gone');
  await ended(sid, 'delivered');
  expect([textsOf(acme), textsOf(beta)]).toEqual([['Before'], ['While it is gone']]);
  expect(await whyOf(sid)).toMatch(/acme (is away|away)/);
});

it('what was in doubt when the first died is never the second’s', async () => {
  await start();
  acme.script.submit = () => ({ afterMs: 60_000 });
  const sid = await create('Nobody knows');
  await until(() => acme.submits.length === 1);
  await acme.close();
  await ended(await create('Later'), 'delivered');
  await pidge.until(async () => /held, then sent once more/.test(await whyOf(sid)));
  expect([(await message(sid)).status, textsOf(beta)]).toEqual(['sending', ['Later']]);
});
