/**
 * Puts together what is asked for at once: while a group is being begun the next one gathers, so groups grow with the
 * load and one call alone waits for nobody. Each call is settled by what became of its own items.
 */
import { StoreUnavailable } from '../store/store.ts';

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

/**
 * All in one go. When that fails they are tried alone, so that one bad item cannot hold up all the others; what the
 * store cannot take now it takes of nobody.
 */
export async function together<Item, Result>(
  items: Gathered<Item>[],
  run: (items: Gathered<Item>[]) => Promise<Result>,
): Promise<void> {
  try {
    if (items.length > 0) await run(items);
  } catch (error) {
    if (error instanceof StoreUnavailable || items.length === 1) {
      for (const { reject } of items) reject(error);
    } else {
      await Promise.all(items.map((one) => together([one], run)));
    }
  }
}
