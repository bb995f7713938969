/** Kills while ESMEs submit and are told: what was acknowledged is a message (D1), and every id has its receipt. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sidOfPartId } from '../../src/domain/esme-address.ts';
import { openSqliteReader } from '../../src/store/sqlite.ts';
import { Esme } from '../helpers/esme.ts';
import { randomFrom } from './random.ts';

const ACCOUNT = 'AC00000000000000000000000000000001';
const KILLS = process.env.PIDGE_TEST_LANE === 'full' ? 60 : 4;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
/** What `dev` has for a number. */
const FIELDS = { sourceAddr: '12025550100', registeredDelivery: 1 };

let folder: string;
let child: ChildProcess | null = null;
const acked = new Set<string>();
const told = new Set<string>();
const refused = new Set<string>();
let repeated = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pidge-esmes-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function start(): Promise<number> {
  const program = join(import.meta.dirname, 'esme-node.ts');
  child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return Number(line.toString().trim());
}

async function kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const dying = child;
  child = null;
  if (!dying || dying.exitCode !== null) return;
  const gone = once(dying, 'exit');
  dying.kill(signal);
  await gone;
}

/** One receipt in ten is turned away the first time: it has to come again. */
async function bound(port: number, random: () => number): Promise<Esme> {
  const esme = await Esme.bound(port, 'storm', 'secret08');
  esme.onDeliver = ({ tlvs }) => {
    const id = tlvs.receiptedMessageId ?? '';
    if (random() < 0.1 && !refused.has(id) && id === sidOfPartId(id)) {
      refused.add(id);
      return 0x64;
    }
    if (told.has(id)) repeated += 1;
    told.add(id);
    return 0;
  };
  return esme;
}

/** One text after another, single and in parts, until the connection is gone. */
async function load(esme: Esme, lane: number): Promise<void> {
  for (let number = 0; !esme.isClosed; number += 1) {
    if (number % 4 > 0) {
      keep((await esme.submit(`Text ${lane} ${number}`, FIELDS))?.messageId);
      continue;
    }
    const reference = (lane * 64 + number) % 256;
    const parts = [1, 2, 3].map((part) => {
      const shortMessage = Buffer.concat([
        Buffer.from([5, 0, 3, reference, 3, part]),
        Buffer.from(`Part ${part} of ${lane} ${number}. `.repeat(6)),
      ]);
      return esme.submit('', { ...FIELDS, esmClass: 0x40, shortMessage });
    });
    for (const answer of await Promise.all(parts)) keep(answer?.messageId);
  }
}

function keep(id: string | undefined): void {
  if (id) acked.add(id);
}

it(`of ${KILLS} random kills loses no submit that was answered, and no receipt`, async () => {
  const random = randomFrom(SEED);
  console.log(`storm over SMPP, seed ${SEED}`);
  for (let round = 0; round < KILLS; round += 1) {
    const esme = await bound(await start(), random);
    const loads = [0, 1, 2, 3].map((lane) => load(esme, lane));
    await pause(150 + random() * 350);
    await kill('SIGKILL');
    await Promise.all(loads);
  }
  const esme = await bound(await start(), random);
  const untold = () => [...acked].filter((id) => !told.has(id));
  // What was turned away at its fourth try, the kills' tries included, comes again after a minute.
  const limit = performance.now() + 80_000;
  while (untold().length > 0 && performance.now() < limit) await pause(100);
  // A receipt that was answered and not recorded comes once more: nothing may be under way when it is judged.
  await pause(300);
  await kill('SIGTERM');
  esme.drop();
  const reader = openSqliteReader(join(folder, 'pidge.db'));
  const lost: string[] = [];
  for (const id of acked) if (!(await reader.message(ACCOUNT, sidOfPartId(id)))) lost.push(id);
  const findings = await reader.verify();
  await reader.close();
  console.log(
    `${KILLS} kills, ${acked.size} answered, ${lost.length} lost, ${untold().length} untold, ${repeated} twice`,
  );
  expect(acked.size).toBeGreaterThan(KILLS * 10);
  expect({ lost, untold: untold(), findings }).toEqual({ lost: [], untold: [], findings: [] });
}, 300_000);
