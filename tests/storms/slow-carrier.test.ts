/**
 * Two carriers behind one Pidge, and one of them takes everything and answers nothing (H8): however much waits for it,
 * the other one's messages leave, are reported and are told of as if nothing was.
 */
import { afterEach, expect, it } from 'vitest';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge } from '../helpers/pidge.ts';
import { until } from '../helpers/smpp.ts';
import { eachOf } from './nodes.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
/** More than there are places for in all of dispatch. */
const BACKLOG = FULL ? 10_000 : 2_500;
const WELL = FULL ? 1_000 : 100;
/** Less than what waits for the sick one stays with its connector: till then nothing gives its place back. */
const WITHIN_MS = 30_000;
const QUEUE_MS = 45_000;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
}, 60_000);

async function carrier(answers: boolean): Promise<{ smsc: Smsc; port: number }> {
  const script = { submit: () => (answers ? {} : ({ answer: 'silent' } as const)) };
  const smsc = new Smsc({ clock: realClock, script });
  closing.push(() => smsc.close());
  return { smsc, port: await smsc.listen() };
}

it('a carrier that answers nothing, with more waiting for it than there are places, holds up no other', async () => {
  const [sick, well] = [await carrier(false), await carrier(true)];
  const settings = {
    ...SMPP_DEFAULTS,
    responseMs: 60_000,
    host: '127.0.0.1',
    systemId: 'pidge',
    password: 'secret08',
    stopMs: 500,
    queueMs: QUEUE_MS,
  };
  const route = { to: [] as string[], from: [], channels: [], accounts: [], priority: 10, weight: 1 };
  const pidge = await startTestPidge({
    change: (config) => {
      config.routes = [
        { ...route, connector: 'sick', to: ['+1415'] },
        { ...route, connector: 'well', priority: 20 },
      ];
    },
    connectors: ({ clock }) =>
      [
        { name: 'sick', port: sick.port },
        { name: 'well', port: well.port },
      ].map(
        ({ name, port }) => new SmppConnector({ name, settings: { ...settings, port }, clock, random: Math.random }),
      ),
  });
  closing.push(() => pidge.close());
  const client = new Client(pidge.origin, pidge.account);
  closing.push(() => client.close());
  await until(() => sick.smsc.bound === 1 && well.smsc.bound === 1);
  const send = async (To: string) => expect((await client.send({ To })).status).toBe(201);
  await eachOf(BACKLOG, 64, (index) => send(`+1415${2_000_000 + index}`));
  // Its window is full, and it has come to hold what it may.
  await until(() => sick.smsc.submitted === settings.window, 20_000);
  const from = performance.now();
  await eachOf(WELL, 16, (index) => send(`+1312${2_000_000 + index}`));
  await until(() => well.smsc.reported === WELL, WITHIN_MS);
  const tookMs = Math.round(performance.now() - from);
  console.log(
    `slow carrier: ${WELL} by the other one in ${tookMs} ms, beside ${BACKLOG} that wait for one without answers`,
  );
  const { messagesByStatus } = await pidge.running.store.stats();
  expect(messagesByStatus.delivered).toBe(WELL);
  expect(well.smsc.submitted).toBe(WELL);
}, 120_000);
