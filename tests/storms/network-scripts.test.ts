/**
 * T10: sixty scripts of a network that spoils the connection to a carrier, each at one octet of one PDU, under load. No
 * message is lost, none goes out twice but one that was in doubt, a connection that is half-open is found out, and
 * neither the other bind of the connector nor another connector notices.
 */
import { expect, it } from 'vitest';
import { FAULTS, PHASES, type Phase, type Spoil, SpoilingProxy } from '../helpers/tcp-proxy-spoils.ts';
import { randomFrom } from './random.ts';
import { faultsOf, figuresOf, heapInUse, NO_FAULTS, SmppStorm, shortened, type Verdict, WARP } from './smpp-storm.ts';
import { WellCarrier } from './well-carrier.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const SCRIPTS = FULL ? 60 : 8;
const MESSAGES = FULL ? 150 : 40;
const AT_ONCE = 4;
const MOST_HEAP_GROWTH = 32 * 1_048_576;
/** Enquiring takes two seconds and its answer thirty, of the clock's; the rest is for a machine that is busy. */
const FOUND_OUT_MS = 32_000 / WARP + 3_000;

interface Script {
  spoil: Spoil;
  binds: number;
}

/** Every fault in every phase and both ways, then mixed ones; octets, numbers and ways by the seed. */
function scripts(): Script[] {
  const random = randomFrom(SEED);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const phases = Object.keys(PHASES) as Phase[];
  const all = FAULTS.flatMap((fault) =>
    phases.flatMap((phase) => (['up', 'down'] as const).map((way) => ({ fault, phase, way }))),
  );
  const mixed = Array.from({ length: 60 - all.length }, (_, at) => {
    const [fault = 'cut', phase = 'bind'] = [FAULTS[upTo(FAULTS.length - 1)], phases[at % phases.length]];
    return { fault, phase, way: 'both' as const };
  });
  return [...all, ...mixed].map(({ fault, phase, way }) => ({
    binds: phase === 'bind' ? 1 : 1 + upTo(1),
    spoil: {
      fault,
      phase,
      way,
      nth: phase === 'bind' ? 1 : 1 + upTo(8),
      octet: upTo(40),
      times: 1 + upTo(2),
      forMs: fault === 'hole' ? 4_000 : 600,
    },
  }));
}

/** In the fast lane one of each fault, and one more. */
function chosen(): Script[] {
  const all = scripts();
  if (FULL) return all;
  const random = randomFrom(SEED + 1);
  const one = (list: Script[]) => list[Math.floor(random() * list.length)] as Script;
  return [...FAULTS.map((fault) => one(all.filter(({ spoil }) => spoil.fault === fault))), one(all)].slice(0, SCRIPTS);
}

async function run({ spoil, binds }: Script): Promise<{ verdict: Verdict; problems: string[] }> {
  let proxy: SpoilingProxy | null = null;
  const storm = await SmppStorm.start({
    settings: { binds, window: 5 },
    through: (port) => {
      // Of two binds the one that came second.
      proxy = new SpoilingProxy(port, { ...spoil, ...(binds === 2 && { spared: 2 }) });
      return proxy.listen();
    },
  });
  try {
    await storm.send(MESSAGES);
    const verdict = await storm.judge();
    if (!proxy) throw new Error('The connector was never told where its carrier is');
    return { verdict, problems: await problemsOf(storm, proxy, spoil) };
  } finally {
    await storm.close();
    await (proxy as SpoilingProxy | null)?.close();
  }
}

async function problemsOf({ notices }: SmppStorm, proxy: SpoilingProxy, spoil: Spoil): Promise<string[]> {
  const { struck, endedUnspoilt } = proxy;
  const problems: string[] = [];
  if (struck.length === 0) problems.push('the fault never came');
  if (endedUnspoilt.length > 0) problems.push(`connections ${endedUnspoilt} ended although nothing was done to them`);
  // Only what our side is not told can be half-open for us.
  if (spoil.fault !== 'half-open') return problems;
  for (const { at } of struck) {
    const found = () => notices.find(({ notice, at: noticedAt }) => notice.state === 'lost' && noticedAt >= at);
    while (!found() && performance.now() - at < FOUND_OUT_MS) await new Promise((resolve) => setTimeout(resolve, 20));
    const { notice } = found() ?? {};
    const why = notice?.state === 'lost' ? notice.why : 'never';
    if (!/half-open|no answer to the bind/.test(why)) problems.push(`a half-open connection was found out: ${why}`);
  }
  return problems;
}

it(`of ${SCRIPTS} scripts of a bad network none loses a message, and none doubles one that was not in doubt`, async () => {
  console.log(`network scripts seed ${SEED}`);
  const well = await WellCarrier.start();
  const before = await heapInUse();
  const queue = [...chosen().entries()];
  const bad: unknown[] = [];
  const sum = { acked: 0, doubts: 0, duplicates: 0, inDoubtTwice: 0, binds: 0 };
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [number, script] = next;
      const { verdict, problems } = await run(script);
      const { fault, phase, way, nth, octet, times } = script.spoil;
      const name = `${number + 1} ${fault} ${way} at octet ${octet} of ${phase} ${nth}, ${times} times, ${script.binds} binds`;
      if (FULL) console.log(`${name}: ${figuresOf(verdict)}${problems.length > 0 ? `; ${problems.join(', ')}` : ''}`);
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += verdict[key];
      const isFine = problems.length === 0 && JSON.stringify(faultsOf(verdict)) === JSON.stringify(NO_FAULTS);
      if (!isFine) bad.push({ name, problems, ...shortened(faultsOf(verdict)) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const wellBeing = await well.stop();
  const grown = (await heapInUse()) - before;
  console.log(
    `network scripts: ${SCRIPTS} run, ${sum.acked} acknowledged, ${sum.doubts} in doubt, ${sum.duplicates} duplicates, ` +
      `${sum.inDoubtTwice} in doubt twice, ${sum.binds} binds, heap ${Math.round(grown / 1_048_576)} MB more; beside them ` +
      `${wellBeing.sent} sent, ${wellBeing.troubled} troubled, longest ${Math.round(wellBeing.longestMs)} ms`,
  );
  expect(bad).toEqual([]);
  expect(wellBeing).toMatchObject({ troubled: 0, binds: 1, receipts: wellBeing.sent });
  expect(grown).toBeLessThan(MOST_HEAP_GROWTH);
}, 1_800_000);
