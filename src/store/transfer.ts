import type { Row } from './rows.ts';
import type { Finding } from './store.ts';
import { TRANSFER_TABLES, type TransferTable } from './transfer-tables.ts';

/**
 * Moving a whole store from one engine to another: every row of every table with the ids it has, all or nothing. The
 * source is held still meanwhile, the target must hold nothing, and each table is counted on both sides.
 */

/** A store that is read whole, in one snapshot. Opening it throws StoreLocked while a server is on it. */
export interface TransferSource {
  verify(): Promise<Finding[]>;
  count(table: TransferTable): Promise<number>;
  /** Rows with the columns of the table, some thousand at a time. */
  batches(table: TransferTable): AsyncIterable<Row[]>;
  sequences(): Promise<Sequences>;
  /** Of the oldest message or attempt, epoch ms; `null` without any. */
  oldestAt(): Promise<number | null>;
  close(): Promise<void>;
}

/** The highest ids ever given, also to rows that are gone: an id names an event for good. */
export interface Sequences {
  work: number;
  attempts: number;
}

/** An empty store. Opening it throws StoreLocked while a server is on it, and NotEmpty when it holds something. */
export interface TransferTarget {
  /** Runs `work` so that all it inserts is there durably when this resolves, and nothing when it rejects. */
  fill<T>(oldestAt: number | null, work: (sink: TransferSink) => Promise<T>): Promise<T>;
  verify(): Promise<Finding[]>;
  close(): Promise<void>;
}

export interface TransferSink {
  insert(table: TransferTable, rows: Row[]): Promise<void>;
  count(table: TransferTable): Promise<number>;
  setSequences(sequences: Sequences): Promise<void>;
}

export class NotEmpty extends Error {
  override readonly name = 'NotEmpty';
}

export interface TransferProgress {
  table: string;
  rows: number;
  totalRows: number;
}

/** Answers the rows of each table. Rejects, leaving the target empty, when a count differs. */
export async function transfer(
  source: TransferSource,
  target: TransferTarget,
  onProgress: (progress: TransferProgress) => void = () => undefined,
): Promise<Record<string, number>> {
  const expected: Record<string, number> = {};
  for (const table of TRANSFER_TABLES) expected[table.name] = await source.count(table);
  const totalRows = Object.values(expected).reduce((sum, count) => sum + count, 0);
  let rows = 0;
  await target.fill(await source.oldestAt(), async (sink) => {
    for (const table of TRANSFER_TABLES) {
      // One batch is written while the next is read.
      let writing = Promise.resolve();
      for await (const batch of source.batches(table)) {
        await writing;
        writing = sink.insert(table, batch);
        writing.catch(() => undefined);
        rows += batch.length;
        onProgress({ table: table.name, rows, totalRows });
      }
      await writing;
      const found = await sink.count(table);
      if (found !== expected[table.name]) {
        throw new Error(`The source has ${expected[table.name]} rows of ${table.name}, the copy ${found}`);
      }
    }
    await sink.setSequences(await source.sequences());
  });
  return expected;
}
