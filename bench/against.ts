/** `npm run bench -- --against REF`: this program beside another commit of itself, in turns. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closedLoop, postMessage } from './load.ts';
import { CONNECTIONS, type Kind, median, ROUNDS, report, round, SECONDS, start, WARM_UP_SECONDS } from './peer.ts';

const MINIMUM = 0.95;

/** The other commit runs with the packages installed here. */
export async function against(ref: string): Promise<void> {
  const here = fileURLToPath(new URL('..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'pidge-against-'));
  const root = join(folder, 'tree');
  execFileSync('git', ['worktree', 'add', '--detach', root, ref], { cwd: here, stdio: 'ignore' });
  try {
    symlinkSync(join(here, 'node_modules'), join(root, 'node_modules'));
    for (const kind of ['waiting', 'full'] as const) await compare(kind, ref, root);
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', root], { cwd: here });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(kind: Kind, ref: string, root: string): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < ROUNDS + 2; turn += 1) {
    // In turns, and each of them first as often as the other: a machine has slow spells.
    const both = [
      () => acceptsPerSecond(kind).then((rate) => ours.push(rate)),
      () => acceptsPerSecond(kind, root).then((rate) => theirs.push(rate)),
    ];
    for (const one of turn % 2 === 0 ? both : both.reverse()) await one();
  }
  report({
    bench: `accept, ${kind}, ÷ ${ref}`,
    ratio: round(median(ours) / median(theirs)),
    minimum: MINIMUM,
    ours,
    theirs,
  });
}

async function acceptsPerSecond(kind: Kind, root?: string): Promise<number> {
  const peer = await start(kind, { root });
  const target = postMessage(peer.origin);
  await closedLoop(target, CONNECTIONS, WARM_UP_SECONDS);
  const { perSecond } = await closedLoop(target, CONNECTIONS, SECONDS);
  await peer.stop();
  return perSecond;
}
