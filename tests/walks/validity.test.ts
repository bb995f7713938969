/** `ValidityPeriod` in the queue of a paced sender: who cannot leave in time ends in time, and holds up nobody. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const FROM = '+12025550177';
const TWO_SEGMENTS = 'a'.repeat(306);
const TEN_SEGMENTS = 'a'.repeat(1_530);

let pidge: TestPidge;
let client: Client;
let sink: Sink;

beforeEach(async () => {
  sink = await new Sink().start();
  pidge = await startTestPidge({ clock: 'hand-wound' });
  client = new Client(pidge.origin, pidge.account);
  await pidge.addSender({ address: FROM, rate: 1 });
});
afterEach(async () => {
  await client.close();
  await pidge.close();
  await sink.stop();
});

async function create(form: Record<string, string>): Promise<string> {
  const { status, json } = await client.send({ From: FROM, ...form, StatusCallback: `${sink.origin}/s` });
  expect(status).toBe(201);
  return json.sid;
}
const stored = async (sid: string) => {
  const message = await pidge.running.store.message(pidge.account.sid, sid);
  if (!message) throw new Error(`${sid} is not there`);
  return message;
};
const windUntilTold = (sids: string[], count: number) =>
  pidge.wind(async () => sids.every((sid) => sink.statuses(sid).length >= count));

it('that ends before the slot fails the message with 30036 in time, and leaves the line to who comes next', async () => {
  const since = pidge.now();
  const first = await create({ Body: TWO_SEGMENTS });
  const lapsing: string[] = [];
  for (let nth = 0; nth < 10; nth += 1) lapsing.push(await create({ Body: TWO_SEGMENTS, ValidityPeriod: '1' }));
  const last = await create({ Body: 'last' });
  await windUntilTold(lapsing, 1);
  for (const sid of lapsing) {
    expect(sink.statuses(sid)).toEqual(['failed']);
    const { status, errorCode, updatedAt, sentAt } = await stored(sid);
    expect([status, errorCode, sentAt]).toEqual(['failed', 30036, null]);
    expect(updatedAt - since).toBeGreaterThan(1_000);
    // By their slots it would be up to 20 s; the clock runs on while a busy machine writes.
    expect(updatedAt - since).toBeLessThan(5_000);
  }
  expect(sink.heard.find(({ params }) => params.MessageSid === lapsing[0])?.params.ErrorCode).toBe('30036');
  await windUntilTold([first, last], 2);
  // Two segments at one a second, and not twenty-two.
  const gapMs = ((await stored(last)).sentAt ?? 0) - ((await stored(first)).sentAt ?? 0);
  expect(gapMs).toBeGreaterThanOrEqual(1_950);
  expect(gapMs).toBeLessThan(5_000);
});

it('is kept by what a service sends as well', async () => {
  await create({ Body: TWO_SEGMENTS });
  const pool = [{ address: FROM, rate: 1 }];
  const MessagingServiceSid = await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
    senders: pool,
  });
  const lapsing = await create({ From: '', MessagingServiceSid, Body: TEN_SEGMENTS, ValidityPeriod: '1' });
  const last = await create({ From: '', MessagingServiceSid, Body: 'last' });
  const since = pidge.now();
  await windUntilTold([lapsing], 2);
  await windUntilTold([last], 3);
  expect(sink.statuses(lapsing)).toEqual(['queued', 'failed']);
  expect(await stored(lapsing)).toMatchObject({ status: 'failed', errorCode: 30036 });
  // With the slots of what lapsed it would be 12 s.
  expect(((await stored(last)).sentAt ?? 0) - since).toBeLessThan(8_000);
});
