import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { MESSAGE_COLUMNS } from '../rows.ts';

/**
 * Stale copies of rows. `secure_delete` overwrites what is deleted, but not what is moved: when SQLite spreads the rows
 * of a page over its neighbours, the page keeps copies of those that went, in space that counts as free. Measured: 5 of
 * 1 000 bodies have such a copy, and redacting the row does not reach it. It stands where the row once stood, so among
 * the rows next to it. Those are therefore laid anew: taken out all together, which empties their pages (an emptied
 * page is overwritten whole), and put back.
 *
 * Whose neighbours are yet to be laid anew is kept in a document, written with what left the trace: a kill in between
 * loses nothing.
 */
const NEIGHBOURS = 64;
const KIND = 'traces';
const COLUMNS = [...MESSAGE_COLUMNS, 'listed_at'].join(', ');

type Range = [first: number, last: number];

/** As much of a context as is needed here. */
interface Sql {
  db: DatabaseSync;
  sql(text: string): StatementSync;
}

export class Traces {
  #ranges: Range[] = [];
  #isKept = true;

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  add(row: number): void {
    this.#ranges.push([row - NEIGHBOURS, row + NEIGHBOURS]);
    this.#isKept = false;
  }

  /** Writes down what has come since the last time, in the transaction that is open. */
  keep(ctx: Sql): void {
    if (this.#isKept) return;
    this.#isKept = true;
    this.#ranges = merged(this.#ranges);
    ctx
      .sql(`insert or replace into documents values ('', '${KIND}', 'messages', '', null, ?, 0, 0)`)
      .run(JSON.stringify(this.#ranges));
  }

  /** What an earlier process has left. */
  recall(ctx: Sql): void {
    const row = ctx.sql(`select properties from documents where account_sid = '' and kind = '${KIND}'`).get();
    if (row) this.#ranges = JSON.parse((row as unknown as [string])[0]) as Range[];
  }

  /** Lays anew what is near every trace, in a transaction of its own; whoever fails finds them kept. */
  remove(ctx: Sql): void {
    if (this.isEmpty) return;
    ctx.db.exec('begin immediate');
    try {
      ctx.db.exec(`create temp table if not exists laid as select rowid as place, ${COLUMNS} from messages where 0`);
      for (const [first, last] of merged(this.#ranges)) layAnew(ctx, first, last);
      ctx.sql(`delete from documents where account_sid = '' and kind = '${KIND}'`).run();
      ctx.db.exec('commit');
      this.#ranges = [];
    } catch (error) {
      if (ctx.db.isTransaction) ctx.db.exec('rollback');
      throw error;
    }
  }
}

/** Temporary tables are in memory. */
function layAnew(ctx: Sql, first: number, last: number): void {
  ctx.sql(`insert into temp.laid select rowid, ${COLUMNS} from messages where rowid between ? and ?`).run(first, last);
  ctx.sql('delete from messages where rowid between ? and ?').run(first, last);
  ctx.sql(`insert into messages (rowid, ${COLUMNS}) select place, ${COLUMNS} from temp.laid order by place`).run();
  ctx.sql('delete from temp.laid').run();
}

function merged(ranges: Range[]): Range[] {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const made: Range[] = [];
  for (const [first, last] of sorted) {
    const before = made.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else made.push([first, last]);
  }
  return made;
}
