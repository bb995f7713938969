/** What waits for its slot when its account is suspended or closed. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

let pidge: TestPidge;
let client: Client;
let sink: Sink;

beforeEach(async () => {
  sink = await new Sink().start();
  pidge = await startTestPidge({ clock: 'hand-wound' });
  client = new Client(pidge.origin, pidge.account);
});
afterEach(async () => {
  await client.close();
  await pidge.close();
  await sink.stop();
});

it.each(['suspended', 'closed'] as const)('fails with 30002 when it is %s, without ever being sent', async (status) => {
  const { store } = pidge.running;
  await pidge.addSender({ address: '+12025550155', rate: 1 });
  const send = async () =>
    (await client.send({ From: '+12025550155', Body: 'a'.repeat(1_000), StatusCallback: `${sink.origin}/s` })).json.sid;
  const first = await send();
  const second = await send();
  const stored = async (sid: string) => store.message(pidge.account.sid, sid);
  await pidge.wind(async () => (await stored(first))?.status === 'delivered');
  const account = await store.account(pidge.account.sid);
  if (!account) throw new Error('There is no account');
  await store.saveAccount({ ...account, status });
  await pidge.wind(async () => (await stored(second))?.status === 'failed');
  expect(await stored(second)).toMatchObject({ errorCode: 30002, sentAt: null, priceMicros: null });
  await pidge.wind(async () => sink.statuses(second).length === 1);
  expect(sink.heard.find(({ params }) => params.MessageSid === second)?.params).toMatchObject({
    MessageStatus: 'failed',
    ErrorCode: '30002',
  });
});
