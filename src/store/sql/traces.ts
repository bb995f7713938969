import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { JOINING_COLUMNS } from '../inbound-rows.ts';
import { PDU_COLUMNS } from '../pdu-rows.ts';
import { ALERT_COLUMNS } from '../report-rows.ts';
import { ATTEMPT_COLUMNS, MESSAGE_COLUMNS } from '../rows.ts';

/**
 * Stale copies of rows. `secure_delete` overwrites what is deleted, but not what is moved: when SQLite spreads the rows
 * of a page over its neighbours, the page keeps copies of those that went, in space that counts as free. Measured: 5 of
 * 1 000 bodies have such a copy, and redacting the row does not reach it. It stands where the row once stood, so among
 * the rows next to it. Those are therefore laid anew: taken out all together, which empties their pages (an emptied
 * page is overwritten whole), and put back.
 *
 * So it is with what stands beside messages: answers in attempts and in alerts, PDUs. Parts of long messages have no order
 * in which their neighbours could be told, and their table is short: it is laid anew as a whole.
 *
 * Whose neighbours are yet to be laid anew is kept in documents, written with what left the trace: a kill in between
 * loses nothing.
 */
const NEIGHBOURS = 64;
const KIND = 'traces';
const COLUMNS = {
  messages: [...MESSAGE_COLUMNS, 'listed_at'].join(', '),
  attempts: ATTEMPT_COLUMNS.replace(/^id, /, ''),
  alerts: ALERT_COLUMNS,
  joinings: JOINING_COLUMNS,
  pdus: PDU_COLUMNS,
};
type Table = keyof typeof COLUMNS;

type Range = [first: number, last: number];

/** As much of a context as is needed here. */
interface Sql {
  db: DatabaseSync;
  sql(text: string): StatementSync;
}

export class Traces {
  #ranges = new Map<Table, Range[]>();
  readonly #unkept = new Set<Table>();

  get isEmpty(): boolean {
    return this.#ranges.size === 0;
  }

  add(table: Exclude<Table, 'joinings'>, row: number): void {
    this.#add(table, [row - NEIGHBOURS, row + NEIGHBOURS]);
  }

  /** A message that may have come in parts has lost its content. */
  addJoinings(): void {
    this.#add('joinings', [0, 0]);
  }

  #add(table: Table, range: Range): void {
    this.#ranges.set(table, [...(this.#ranges.get(table) ?? []), range]);
    this.#unkept.add(table);
  }

  /** Writes down what has come since the last time, in the transaction that is open. */
  keep(ctx: Sql): void {
    for (const table of this.#unkept) {
      const ranges = merged(this.#ranges.get(table) ?? []);
      this.#ranges.set(table, ranges);
      ctx
        .sql(`insert or replace into documents values ('', '${KIND}', ?, '', null, ?, 0, 0)`)
        .run(table, JSON.stringify(ranges));
    }
    this.#unkept.clear();
  }

  /** What an earlier process has left. */
  recall(ctx: Sql): void {
    const rows = ctx.sql(`select sid, properties from documents where account_sid = '' and kind = '${KIND}'`).all();
    for (const [table, ranges] of rows as unknown as [Table, string][]) {
      this.#ranges.set(table, JSON.parse(ranges) as Range[]);
    }
  }

  /** Lays anew what is near every trace, in a transaction of its own; whoever fails finds them kept. */
  remove(ctx: Sql): void {
    if (this.isEmpty) return;
    ctx.db.exec('begin immediate');
    try {
      for (const [table, ranges] of this.#ranges) {
        if (table === 'joinings') layAllAnew(ctx, table);
        else for (const [first, last] of merged(ranges)) layRangeAnew(ctx, table, first, last);
      }
      ctx.sql(`delete from documents where account_sid = '' and kind = '${KIND}'`).run();
      ctx.db.exec('commit');
      this.#ranges.clear();
    } catch (error) {
      if (ctx.db.isTransaction) ctx.db.exec('rollback');
      throw error;
    }
  }
}

/** Temporary tables are in memory. */
function layRangeAnew(ctx: Sql, table: Table, first: number, last: number): void {
  const columns = COLUMNS[table];
  ctx.db.exec(
    `create temp table if not exists laid_${table} as select rowid as place, ${columns} from ${table} where 0`,
  );
  const range = 'where rowid between ? and ?';
  ctx.sql(`insert into temp.laid_${table} select rowid, ${columns} from ${table} ${range}`).run(first, last);
  ctx.sql(`delete from ${table} ${range}`).run(first, last);
  ctx
    .sql(`insert into ${table} (rowid, ${columns}) select place, ${columns} from temp.laid_${table} order by place`)
    .run();
  ctx.sql(`delete from temp.laid_${table}`).run();
}

function layAllAnew(ctx: Sql, table: Table): void {
  const columns = COLUMNS[table];
  ctx.db.exec(`create temp table if not exists laid_${table} as select ${columns} from ${table} where 0`);
  ctx.sql(`insert into temp.laid_${table} select ${columns} from ${table}`).run();
  ctx.sql(`delete from ${table}`).run();
  ctx.sql(`insert into ${table} (${columns}) select ${columns} from temp.laid_${table}`).run();
  ctx.sql(`delete from temp.laid_${table}`).run();
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
