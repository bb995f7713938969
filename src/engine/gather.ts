/**
 * Puts together what is asked for at once: while a group is being begun the next one gathers, so groups grow with the
 * load and one call alone waits for nobody. Each call is settled by what became of its own items.
 */
import { inOneGo } from './result-book.ts';

export interface Gathered<T> {
  item: T;
  /** What became of it is durable. */
  resolve(): void;
  /** It is to come again. */
  reject(reason: unknown): void;
}

export type Gather<T> = (items: T[]) => Promise<void>;

/** Bounds what one group holds in memory. */
const LARGEST_GROUP = 500;

/** `begin` settles every item in the end; the next group begins when its promise resolves. One that rejects settles them. */
export function makeGather<T>(begin: (group: Gathered<T>[]) => Promise<void>): Gather<T> {
  const waiting: Gathered<T>[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    // What is asked for in one go is one group, also when nothing is under way.
    await null;
    while (waiting.length > 0) {
      const group = waiting.splice(0, LARGEST_GROUP);
      try {
        await begin(group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    isRunning = false;
  }

  return async (items) => {
    const settled = items.map(
      (item) => new Promise<void>((resolve, reject) => waiting.push({ item, resolve, reject })),
    );
    if (!isRunning) {
      isRunning = true;
      void run();
    }
    const failed = (await Promise.allSettled(settled)).find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  };
}

/** All in one go, else alone (`inOneGo`); what the store cannot take now it takes of nobody. `run` settles its items. */
export async function together<Item, Result>(
  items: Gathered<Item>[],
  run: (items: Gathered<Item>[]) => Promise<Result>,
): Promise<void> {
  if (items.length === 0) return;
  const broken = async ({ reject }: Gathered<Item>, error: unknown): Promise<[]> => {
    reject(error);
    return [];
  };
  try {
    await inOneGo(items, async (some) => [await run(some)], broken);
  } catch (error) {
    for (const { reject } of items) reject(error);
  }
}
