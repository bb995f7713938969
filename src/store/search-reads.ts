/**
 * Looking for messages, on both engines. A search walks an index of lists in its order, a window of rows at a time:
 * first where the window ends, from the index alone, and then what of it is wanted. So its cost is bounded by the rows
 * looked at, and no index is needed for what is asked for rarely (measured: 50 000 rows in a fifth of a second).
 */
import { listedAt } from '../domain/message.ts';
import type { AddressTerm } from '../domain/message-query.ts';
import type { Dialect } from './dialect.ts';
import type { Ask } from './inbound-reads.ts';
import { MESSAGE_COLUMNS, messageFrom } from './rows.ts';
import type { ListPlace, RowFilter, SearchReads, SearchStep } from './search-shapes.ts';

const MESSAGE = MESSAGE_COLUMNS.join(', ');
const SID_BEGINS = /^[sm]m[\da-f]*$/i;
/** How a sealed body begins. */
const SEALED = '~1:';

export function searchReads(ask: Ask, dialect: Dialect): SearchReads {
  /** The conditions of the rows to be looked at, with the index that has them in order. */
  function windowOf({ accountSid, filter, after }: SearchStep): { table: string; where: string[]; values: Values } {
    const values = new Values([accountSid]);
    const where = ['account_sid = $1'];
    const to = whole(filter.to);
    const from = whole(filter.from);
    if (to !== null) where.push(`to_address = ${values.add(to)}`);
    else if (from !== null) where.push(`from_address = ${values.add(from)}`);
    const [first, ...rest] = filter.dates;
    if (first) {
      where.push(`listed_at >= ${values.add(Math.min(first.from, ...rest.map((one) => one.from)))}`);
      where.push(`listed_at < ${values.add(Math.max(first.to, ...rest.map((one) => one.to)))}`);
    }
    if (after) where.push(`(listed_at, sid) < (${values.add(after.listedAt)}, ${values.add(after.sid)})`);
    const index = to !== null ? 'messages_to' : from !== null ? 'messages_from' : 'messages_listed';
    return { table: dialect.messagesBy(index), where, values };
  }

  /** `isCount`: every row is looked at, whatever is asked of it. */
  async function step<Answer>(
    search: SearchStep,
    isCount: boolean,
    run: (text: string, values: Values) => Promise<Answer>,
  ): Promise<{ answer: Answer; end: ListPlace | null }> {
    const { table, where, values } = windowOf(search);
    const bounds = values.copy();
    const wanted = conditions(search.filter, values, dialect);
    let end: ListPlace | null = null;
    if (isCount || wanted.length > 0) {
      const text = `select listed_at, sid from ${table} where ${where.join(' and ')}
        order by listed_at desc, sid desc limit 1 offset ${bounds.add(search.window - 1)}`;
      const [row] = await ask(text, bounds.list);
      if (row) end = { listedAt: row[0] as number, sid: row[1] as string };
    }
    if (end) where.push(`(listed_at, sid) >= (${values.add(end.listedAt)}, ${values.add(end.sid)})`);
    return { answer: await run(`from ${table} where ${[...where, ...wanted].join(' and ')}`, values), end };
  }

  return {
    async search({ limit, ...search }) {
      const { answer: rows, end } = await step(search, false, (text, values) =>
        ask(`select ${MESSAGE} ${text} order by listed_at desc, sid desc limit ${values.add(limit)}`, values.list),
      );
      const messages = rows.map(messageFrom);
      const last = messages.length === limit ? messages.at(-1) : undefined;
      const next = last ? { listedAt: listedAt(last), sid: last.sid } : end;
      return { messages, next };
    },

    async countMatches(search) {
      const { answer, end } = await step(search, true, (text, values) => ask(`select count(*) ${text}`, values.list));
      return { count: Number(answer[0]?.[0] ?? 0), next: end };
    },

    async releaseTimes(accountSid, messageSids) {
      const times = new Map<string, number>();
      if (messageSids.length === 0) return times;
      for (const kind of ['release', 'fetch']) {
        const values = new Values([accountSid]);
        // Written out, not bound: each kind has an index of its own.
        const text = `select message_sid, due_at from work where account_sid = $1 and kind = '${kind}'
          and message_sid in (${values.addAll(messageSids)})`;
        for (const [sid, dueAt] of await ask(text, values.list)) times.set(sid as string, dueAt as number);
      }
      return times;
    },
  };
}

/** Values of a statement, each added once and known by its place. */
class Values {
  readonly list: (string | number)[];

  constructor(list: (string | number)[]) {
    this.list = list;
  }

  copy(): Values {
    return new Values([...this.list]);
  }

  add(value: string | number): string {
    return `$${this.list.push(value)}`;
  }

  addAll(values: (string | number)[]): string {
    return padded(values)
      .map((value) => this.add(value))
      .join(', ');
  }
}

/** The last one again, up to the next power of two: few lengths mean few statements to be prepared and kept. */
function padded<Value>(values: Value[]): Value[] {
  const last = values.at(-1);
  if (last === undefined) return values;
  return [...values, ...Array.from({ length: 2 ** Math.ceil(Math.log2(values.length)) - values.length }, () => last)];
}

/** The one whole address that is asked for, when there is no other term. */
function whole(terms: AddressTerm[]): string | null {
  const [term, ...rest] = terms;
  return term?.kind === 'whole' && rest.length === 0 ? term.address : null;
}

function conditions(filter: RowFilter, values: Values, { like }: Dialect): string[] {
  const where: string[] = [];
  const any = <Value>(wanted: Value[], condition: (value: Value) => string): void => {
    if (wanted.length > 0) where.push(`(${padded(wanted).map(condition).join(' or ')})`);
  };
  const among = (column: string, wanted: (string | number)[]): void => {
    if (wanted.length > 0) where.push(`${column} in (${values.addAll(wanted)})`);
  };
  const has = (column: string, piece: string): string => like(column, values.add(`%${escaped(piece)}%`));
  const inBody = (piece: string): string =>
    filter.searchBodies ? `(${has('body', piece)} and substr(body, 1, 3) <> '${SEALED}')` : '1 = 0';
  const address = (column: string) => (term: AddressTerm) =>
    term.kind === 'whole' ? `${column} = ${values.add(term.address)}` : has(column, term.text);
  // One whole address is the index that is walked.
  const isBy = whole(filter.to) !== null ? 'to' : whole(filter.from) !== null ? 'from' : null;
  if (isBy !== 'to') any(filter.to, address('to_address'));
  if (isBy !== 'from') any(filter.from, address('from_address'));
  among('status', filter.statuses);
  among('direction', filter.directions);
  any(filter.errors, (error) =>
    typeof error === 'number'
      ? `error_code = ${values.add(error)}`
      : `error_code is ${error === 'any' ? 'not ' : ''}null`,
  );
  any(filter.services, (sid) => (sid === null ? 'service_sid is null' : `service_sid = ${values.add(sid)}`));
  any(filter.bodies, inBody);
  // One alone is the bounds of the window.
  if (filter.dates.length > 1) {
    any(filter.dates, ({ from, to }) => `(listed_at >= ${values.add(from)} and listed_at < ${values.add(to)})`);
  }
  any(filter.segments, ({ least, most }) => `num_segments between ${values.add(least)} and ${values.add(most)}`);
  if (filter.hasMedia) where.push('num_media > 0');
  if (filter.isScheduled) where.push("status = 'scheduled'");
  for (const word of padded(filter.words)) {
    const places = [inBody(word), has('to_address', word), has('from_address', word)];
    if (SID_BEGINS.test(word)) places.push(like('sid', values.add(`${escaped(word)}%`)));
    where.push(`(${places.join(' or ')})`);
  }
  return where;
}

function escaped(piece: string): string {
  return piece.replaceAll(/[\\%_]/g, '\\$&');
}
