/**
 * T11: forty carriers that misbehave, each under load, behind a whole Pidge. The process stays up, no message is lost,
 * none goes out twice but one that was in doubt, what is held stays bounded, and another connector does not notice.
 */
import { expect, it } from 'vitest';
import { until } from '../helpers/smpp.ts';
import { BAD_CARRIERS, type BadCarrier } from './bad-carriers.ts';
import { randomFrom } from './random.ts';
import { faultsOf, figuresOf, heapInUse, NO_FAULTS, SmppStorm, shortened } from './smpp-storm.ts';
import { WellCarrier } from './well-carrier.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const CARRIERS = FULL ? BAD_CARRIERS.length : 8;
const MESSAGES = FULL ? 150 : 40;
const AT_ONCE = 4;
const MOST_HEAP_GROWTH = 32 * 1_048_576;

/** In the fast lane eight of them by the seed. */
function chosen(): BadCarrier[] {
  const random = randomFrom(SEED);
  const shuffled = BAD_CARRIERS.map((one) => ({ one, at: random() })).sort((a, b) => a.at - b.at);
  return FULL ? BAD_CARRIERS : shuffled.slice(0, CARRIERS).map(({ one }) => one);
}

async function run(carrier: BadCarrier, random: () => number) {
  let storm: SmppStorm | null = null;
  const smsc = () => {
    if (!storm) throw new Error('It spoke before it was started');
    return storm.smsc;
  };
  const started = await SmppStorm.start({ script: {}, settings: { window: 8, ...carrier.settings } });
  storm = started;
  try {
    // Whatever it does to binds it does from the second one on.
    started.smsc.script = carrier.script?.(random, smsc) ?? {};
    started.smsc.binds = 0;
    started.smsc.drop();
    const driven = until(() => started.smsc.bound > 0, 20_000).then(() => carrier.drive?.(started, random));
    await started.send(MESSAGES);
    await driven;
    const verdict = await started.judge({ ends: carrier.ends });
    const problems = await heardAll(started, carrier.inbound ?? 0);
    return { verdict, problems };
  } finally {
    await started.close();
  }
}

async function heardAll({ store }: SmppStorm, wanted: number): Promise<string[]> {
  const limit = performance.now() + 15_000;
  for (;;) {
    const { messagesByStatus } = await store.stats();
    const heard = messagesByStatus.received ?? 0;
    if (heard >= wanted) return [];
    if (performance.now() > limit) return [`${heard} texts of ${wanted} came in`];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it(`of ${CARRIERS} carriers that misbehave none makes a message lost, or one go out twice that was not in doubt`, async () => {
  console.log(`bad carriers seed ${SEED}`);
  expect(BAD_CARRIERS.length).toBeGreaterThanOrEqual(40);
  const well = await WellCarrier.start();
  const before = await heapInUse();
  const queue = [...chosen().entries()];
  const bad: unknown[] = [];
  const sum = { acked: 0, doubts: 0, duplicates: 0, inDoubtTwice: 0, binds: 0 };
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [number, carrier] = next;
      const { verdict, problems } = await run(carrier, randomFrom(SEED + number));
      if (FULL) console.log(`${carrier.name}: ${figuresOf(verdict)}${problems.join(', ')}`);
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += verdict[key];
      const isFine = problems.length === 0 && JSON.stringify(faultsOf(verdict)) === JSON.stringify(NO_FAULTS);
      if (!isFine) bad.push({ name: carrier.name, problems, ...shortened(faultsOf(verdict)) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const wellBeing = await well.stop();
  const grown = (await heapInUse()) - before;
  console.log(
    `bad carriers: ${CARRIERS} run, ${sum.acked} acknowledged, ${sum.doubts} in doubt, ${sum.duplicates} duplicates, ` +
      `${sum.inDoubtTwice} in doubt twice, ${sum.binds} binds, heap ${Math.round(grown / 1_048_576)} MB more; beside them ` +
      `${wellBeing.sent} sent, ${wellBeing.troubled} troubled, longest ${Math.round(wellBeing.longestMs)} ms`,
  );
  expect(bad).toEqual([]);
  expect(wellBeing).toMatchObject({ troubled: 0, binds: 1, receipts: wellBeing.sent });
  expect(grown).toBeLessThan(MOST_HEAP_GROWTH);
}, 1_800_000);
