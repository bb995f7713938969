import { listedAt, type Message } from '../../domain/message.ts';
import { sidTime } from '../../domain/sid.ts';
import { fetchPayload, MESSAGE_COLUMNS, messageValues } from '../rows.ts';
import type { Acceptance, Accepted } from '../store.ts';
import { type Batch, countersFrom } from './batch.ts';
import { Columns } from './columns.ts';
import { freeKey, takeKeys } from './idempotency.ts';
import { type LaneKey, lanesFrom } from './lanes.ts';
import { freeLinks, takeLinks } from './links.ts';

/** The door: slots from the lanes, then all messages, their work, the lanes and the counters in one statement. */

const TYPES: Partial<Record<(typeof MESSAGE_COLUMNS)[number], string>> = {
  num_segments: 'int',
  num_media: 'int',
  price_micros: 'bigint',
  error_code: 'int',
  created_at: 'bigint',
  updated_at: 'bigint',
  sent_at: 'bigint',
  valid_until: 'bigint',
  smart_encoded: 'smallint',
  provide_feedback: 'smallint',
  max_price_micros: 'bigint',
};
export const MESSAGE_WIDTH = MESSAGE_COLUMNS.length + 2;
const MESSAGE_ARRAYS = [...MESSAGE_COLUMNS.map((column) => TYPES[column] ?? 'text'), 'bigint', 'bigint']
  .map((type, index) => `$${index + 1}::${type}[]`)
  .join(', ');
const WORK_TYPES = ['text', 'text', 'text', 'bigint', 'bigint', 'text', 'text', 'bigint', 'int', 'bigint', 'text'];
/** Its parameters are columns of `messageRow`. */
export const INSERT_MESSAGES = `insert into messages (${MESSAGE_COLUMNS.join(', ')}, listed_at, sid_at)
  select * from unnest(${MESSAGE_ARRAYS})`;
const LANE_VALUES = 5;
const WORK_ARRAYS = WORK_TYPES.map((type, index) => `$${MESSAGE_WIDTH + index + 1}::${type}[]`).join(', ');
const INSERT_ALL = `with made as (${INSERT_MESSAGES}),
  due as (insert into work
    (attempt, kind, message_sid, account_sid, sid_at, due_at, connector, lane, interval_us, cost, horizon_ms, payload)
    select 0, u.* from unnest(${WORK_ARRAYS}) u),
  paced as (${lanesFrom(MESSAGE_WIDTH + WORK_TYPES.length)})
  ${countersFrom(MESSAGE_WIDTH + WORK_TYPES.length + LANE_VALUES)}`;

/** What is not final gets work. */
export async function accept(batch: Batch, acceptances: Acceptance[], now: number): Promise<Accepted[]> {
  const known = batch.mayRepeat ? await alreadyStored(batch, acceptances) : new Set<string>();
  const keys = await takeKeys(
    batch,
    acceptances.filter(({ message }) => !known.has(message.sid)),
    now,
  );
  const linkless = await takeLinks(
    batch,
    acceptances.filter((one) => !known.has(one.message.sid) && !keys.has(one)),
    now,
  );
  await batch.lanes.lock(batch.session, lanesOf(acceptances));
  const refused: Acceptance[] = [];
  const messages = new Columns(MESSAGE_WIDTH);
  const works = new Columns(WORK_TYPES.length);
  const answers = acceptances.map((acceptance): Accepted => {
    const { message, connector, releaseAt, fetch } = acceptance;
    if (known.has(message.sid)) return { ok: true, dueAt: now };
    const repetition = keys.get(acceptance);
    if (repetition) return repetition;
    if (linkless.has(acceptance)) {
      refused.push(acceptance);
      return { ok: false, reason: 'link-taken' };
    }
    const isSend = message.status === 'queued' && !fetch;
    const place = batch.lanes.takePlace(isSend ? acceptance.lane : null, now, message.validUntil);
    if (place === null) {
      refused.push(acceptance);
      return { ok: false, reason: 'queue-full' };
    }
    const { lane } = place;
    const dueAt = isSend ? place.dueAt : (releaseAt ?? now);
    const sidAt = sidTime(message.sid);
    messages.push(...messageRow(message));
    batch.count(message.status, 1);
    if (fetch) {
      const payload = fetchPayload(acceptance);
      works.push('fetch', message.sid, message.accountSid, sidAt, dueAt, null, null, null, null, null, payload);
      batch.count('work fetch', 1);
      batch.made.fetch = true;
    } else if (isSend) {
      const paced = [lane?.key ?? null, lane?.intervalMicros ?? null, lane?.cost ?? null, lane?.horizonMs ?? null];
      works.push('send', message.sid, message.accountSid, sidAt, dueAt, connector, ...paced, null);
      batch.count('work send', 1);
      batch.made.send = true;
    } else if (message.status === 'accepted' || message.status === 'scheduled') {
      works.push('release', message.sid, message.accountSid, sidAt, dueAt, null, null, null, null, null, null);
      batch.count('work release', 1);
      batch.made.release = true;
    }
    return { ok: true, dueAt };
  });
  for (const acceptance of refused) {
    await freeKey(batch, acceptance);
    await freeLinks(batch, acceptance);
  }
  if (messages.size > 0) {
    const laneChanges = batch.lanes.takeChanges();
    await batch.query(INSERT_ALL, [...messages.values, ...works.values, ...laneChanges, ...batch.takeCounts()]);
  }
  return answers;
}

/** As wide as `MESSAGE_WIDTH`. */
export function messageRow(message: Message): unknown[] {
  return [...messageValues(message), listedAt(message), sidTime(message.sid)];
}

/** Whether these can be stored by one statement, without a transaction around it. */
export function isOneStatement(acceptances: Acceptance[]): boolean {
  return acceptances.every(
    ({ idempotency, links = [], ...acceptance }) =>
      idempotency === undefined && links.length === 0 && (acceptance.lane === null || !isPaced(acceptance)),
  );
}

function* lanesOf(acceptances: Acceptance[]): Generator<LaneKey> {
  for (const acceptance of acceptances) {
    const { message, connector, lane } = acceptance;
    if (lane && isPaced(acceptance)) yield { accountSid: message.accountSid, key: lane.key, connector };
  }
}

/** Scheduled messages take no slot before their hour, and none before they have their media. */
function isPaced({ message, fetch }: Acceptance): boolean {
  return message.status === 'queued' && !fetch;
}

/** After a commit that got no answer: which of the messages it had made durable (D4). */
export async function alreadyStored(batch: Batch, items: { message: Message }[]): Promise<Set<string>> {
  const columns = new Columns(3);
  for (const { message } of items) columns.push(message.accountSid, sidTime(message.sid), message.sid);
  const rows = await batch.query(
    `select m.sid from unnest($1::text[], $2::bigint[], $3::text[]) k (account_sid, sid_at, sid)
     join messages m on m.account_sid = k.account_sid and m.sid_at = k.sid_at and m.sid = k.sid`,
    columns.values,
  );
  return new Set(rows.map((row) => row[0] as string));
}
