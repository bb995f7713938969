/** A file that many messages share goes with the last of them and not before, whenever the process is killed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultPoint } from '../../src/domain/faults.ts';
import { readDiskBlobs } from '../../src/store/blobs/disk.ts';
import { blobFindings } from '../../src/store/blobs/findings.ts';
import { openSqliteReader } from '../../src/store/sqlite.ts';
import { ACCOUNT } from '../contract/store.fixtures.ts';
import { randomFrom } from '../helpers/same-answers.ts';
import type { MediaWork } from './media-worker.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const MESSAGES = FULL ? 1_000 : 100;
/** While they are made, and as many while they are removed. */
const KILLS = FULL ? 40 : 3;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const WORKER = fileURLToPath(new URL('./media-worker.ts', import.meta.url));

/** Of each third kill: at the very edge of a commit. The others come from outside, wherever the process is. */
const EDGES: Record<MediaWork['mode'], FaultPoint[]> = {
  make: ['settle.before-commit', 'settle.after-commit'],
  remove: ['privacy.before-commit', 'privacy.after-commit'],
};

describe('a file that many messages share', () => {
  const random = randomFrom(SEED);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-media-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the program; killed after `lines` lines, if there are so many. Answers how it ended. */
  async function run(
    plan: Omit<MediaWork, 'seed'>,
    lines = Number.POSITIVE_INFINITY,
  ): Promise<'over' | 'killed' | 'failed'> {
    const work: MediaWork = { ...plan, seed: random() * 2 ** 32 };
    const child = spawn(process.execPath, [WORKER, folder, JSON.stringify(work)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? code));
    });
    let told = 0;
    createInterface({ input: child.stdout }).on('line', () => {
      told += 1;
      if (told === lines) child.kill('SIGKILL');
    });
    const end = await ended;
    if (end === 'SIGKILL') return 'killed';
    return end === 0 ? 'over' : 'failed';
  }

  async function killed(mode: MediaWork['mode'], messages: number, kill: number): Promise<void> {
    // Each life gets through a part of the work, so that the last kill still finds some.
    const most = Math.max(2, Math.floor(MESSAGES / (KILLS + 2)));
    const lines = 1 + Math.floor(random() * most);
    const point = kill % 3 === 2 ? EDGES[mode][Math.floor(kill / 3) % 2] : undefined;
    const end = point
      ? await run({ mode, messages, fault: { point, hit: lines, action: 'kill' } })
      : await run({ mode, messages }, lines);
    expect(end).toBe('killed');
  }

  interface Judged {
    findings: unknown[];
    /** Messages that have the file. */
    media: number;
    /** Names in the folder of the file, one for each life of it. */
    files: number;
  }

  async function judged(): Promise<Judged> {
    const reader = openSqliteReader(join(folder, 'pidge.db'));
    const blobs = readDiskBlobs(join(folder, 'media'));
    const findings = [...(await reader.verify()), ...(await blobFindings(reader, blobs))];
    const { messages } = await reader.messages({ accountSid: ACCOUNT, size: 100_000 });
    let media = 0;
    for (const { sid } of messages) {
      media += (await reader.media({ accountSid: ACCOUNT, messageSid: sid, limit: 9 })).length;
    }
    let files = 0;
    for await (const key of blobs.keys()) {
      expect((await blobs.read(key))?.length).toBe(100_000);
      files += 1;
    }
    await reader.close();
    return { findings, media, files };
  }

  it(`goes with the last of ${MESSAGES} and leaves nothing, over ${2 * KILLS} kills`, async () => {
    console.log(`storm seed ${SEED}`);
    const seen: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await killed('make', MESSAGES, kill);
      expect((await judged()).findings).toEqual([]);
    }
    expect(await run({ mode: 'make', messages: MESSAGES })).toBe('over');
    expect(await judged()).toEqual({ findings: [], media: MESSAGES, files: 1 });
    for (let kill = 0; kill < KILLS; kill += 1) {
      await killed('remove', 3, kill);
      const { findings, media, files } = await judged();
      expect(findings).toEqual([]);
      expect(files).toBeGreaterThanOrEqual(media > 0 ? 1 : 0);
      seen.push(media);
    }
    expect(await run({ mode: 'remove', messages: 3 })).toBe('over');
    expect(await judged()).toEqual({ findings: [], media: 0, files: 0 });
    // A kill in the middle of a put leaves half a file aside, which is nobody's.
    expect(readdirSync(join(folder, 'media', 'incoming')).length).toBeLessThanOrEqual(KILLS);
    console.log(
      `shared media: ${MESSAGES} messages, ${2 * KILLS} kills, left with the file at each: ${seen.join(' ')}`,
    );
  }, 900_000);

  it('control: bytes that go with the first message are noticed', async () => {
    expect(await run({ mode: 'make', messages: 10 })).toBe('over');
    expect(await run({ mode: 'remove', messages: 0, eager: true }, 2)).toBe('killed');
    const { findings } = await judged();
    expect(findings).toMatchObject([{ rule: 'media-without-bytes' }]);
  }, 60_000);
});
