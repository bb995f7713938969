import { sidTime } from '../../domain/sid.ts';
import { noticePayload, noticeWorkFrom } from '../inbound-rows.ts';
import type { Intake, NoticeResult, NoticeWork, TookIn } from '../inbound-shapes.ts';
import type { SendClaim } from '../store.ts';
import { alreadyStored, INSERT_MESSAGES, MESSAGE_WIDTH, messageRow } from './accept.ts';
import type { Batch } from './batch.ts';
import { endHolds, lockLive } from './blobs.ts';
import { Columns } from './columns.ts';
import { endJoinings, type HeldJoining, lockJoinings } from './joinings.ts';
import { changeOptOut } from './opt-outs.ts';

/**
 * Taking in, by the rules told in `sql/inbound.ts`. Locks: blobs by key, joinings, carrier ids. What an opt-out has to
 * wait for is asked afterwards (`findClaimed`), so the answers here have no claimed works.
 */
export async function takeIn(batch: Batch, intakes: Intake[], now: number): Promise<TookIn[]> {
  const stored = batch.mayRepeat ? await alreadyStored(batch, intakes) : new Set<string>();
  const live = await lockLive(
    batch,
    intakes.flatMap(({ media }) => media.map(({ blobKey }) => blobKey)),
  );
  const joinings = await lockJoinings(
    batch,
    intakes.flatMap(({ joining }) => joining ?? []),
  );
  const heard = await hear(
    batch,
    intakes.filter(
      (intake) => !stored.has(intake.message.sid) && isLive(intake, live) && becameOf(intake, joinings) === undefined,
    ),
    now,
  );
  const writes = new Writes();
  const answers: TookIn[] = [];
  for (const intake of intakes) {
    const { message, joining, optOut } = intake;
    const taken = (optOutChanged: boolean): TookIn => ({ kind: 'taken', message, optOutChanged, claimedWorks: [] });
    if (stored.has(message.sid)) {
      answers.push(taken(optOut !== null));
      continue;
    }
    const known = becameOf(intake, joinings) ?? heard.get(intake);
    if (known !== undefined) {
      answers.push({ kind: 'seen', messageSid: known === GONE ? null : known, claimedWorks: [] });
      continue;
    }
    if (!isLive(intake, live)) {
      answers.push({ kind: 'lost' });
      continue;
    }
    const held = joining ? joinings.get(joining) : undefined;
    if (held) held.messageSid = message.sid;
    writes.add(batch, intake, now);
    answers.push(
      taken(optOut !== null && (await changeOptOut(batch, { accountSid: message.accountSid, ...optOut }, now)) > 0),
    );
  }
  await writes.write(batch, now);
  await endJoinings(batch, writes.endedOf(joinings));
  return answers;
}

/** Of a joining that is not known any more. */
const GONE = '';

function becameOf({ joining }: Intake, joinings: Map<string, HeldJoining>): string | undefined {
  if (!joining) return undefined;
  const held = joinings.get(joining);
  return held ? (held.messageSid ?? undefined) : GONE;
}

function isLive({ media }: Intake, live: Set<string>): boolean {
  return media.every(({ blobKey }) => live.has(blobKey));
}

/** Keeps carrier ids, and answers those that were known with what they became. Who comes with one at once is waited for. */
async function hear(batch: Batch, intakes: Intake[], now: number): Promise<Map<Intake, string>> {
  const first = new Map<string, Intake>();
  const known = new Map<Intake, string>();
  for (const intake of intakes) {
    if (!intake.seen) continue;
    const name = nameOf(intake.seen);
    const earlier = first.get(name);
    if (earlier) known.set(intake, earlier.message.sid);
    else first.set(name, intake);
  }
  if (first.size === 0) return known;
  const columns = new Columns(3);
  for (const [, { seen, message }] of [...first].sort(([a], [b]) => (a < b ? -1 : 1))) {
    columns.push(seen?.connector, seen?.carrierId, message.sid);
  }
  const made = await batch.query(
    `insert into heard (connector, carrier_id, message_sid, at)
     select u.*, $4 from unnest($1::text[], $2::text[], $3::text[]) u on conflict do nothing
     returning connector, carrier_id`,
    [...columns.values, now],
  );
  if (made.length === first.size) return known;
  const rows = await batch.query(
    `select h.connector, h.carrier_id, h.message_sid from unnest($1::text[], $2::text[]) u (connector, carrier_id)
     join heard h on h.connector = u.connector and h.carrier_id = u.carrier_id`,
    columns.values.slice(0, 2),
  );
  for (const [connector, carrierId, messageSid] of rows as [string, string, string][]) {
    const intake = first.get(nameOf({ connector, carrierId }));
    if (intake && intake.message.sid !== messageSid) known.set(intake, messageSid);
  }
  // What came twice in this batch became what the first of the two is.
  for (const intake of intakes) {
    const earlier = intake.seen && first.get(nameOf(intake.seen));
    const became = earlier && known.get(earlier);
    if (became !== undefined && became !== null) known.set(intake, became);
  }
  return known;
}

function nameOf({ connector, carrierId }: { connector: string; carrierId: string }): string {
  return `${connector}\n${carrierId}`;
}

class Writes {
  readonly #messages = new Columns(MESSAGE_WIDTH);
  readonly #media = new Columns(7);
  readonly #works = new Columns(6);
  readonly #ended: { ref: string; messageSid: string }[] = [];

  add(batch: Batch, { message, media, joining, notice, reply }: Intake, now: number): void {
    const { sid, accountSid } = message;
    this.#messages.push(...messageRow(message));
    batch.count(message.status, 1);
    batch.usage.add(message, 'inbound', message.priceMicros, now);
    for (const [position, { sid: mediaSid, contentType, sizeBytes, blobKey }] of media.entries()) {
      this.#media.push(mediaSid, accountSid, sid, position, contentType, sizeBytes, blobKey);
    }
    const addWork = (kind: 'notice' | 'reply', connector: string | null, payload: string): void => {
      this.#works.push(kind, sid, accountSid, sidTime(sid), connector, payload);
      batch.count(`work ${kind}`, 1);
      batch.made[kind] = true;
    };
    if (notice) addWork('notice', notice.connector, noticePayload(notice));
    if (reply) addWork('reply', null, JSON.stringify(reply));
    if (joining) this.#ended.push({ ref: joining, messageSid: sid });
  }

  endedOf(joinings: Map<string, HeldJoining>) {
    return this.#ended.map((one) => ({ ...one, text: joinings.get(one.ref)?.text ?? '' }));
  }

  async write(batch: Batch, now: number): Promise<void> {
    if (this.#messages.size > 0) await batch.query(INSERT_MESSAGES, this.#messages.values);
    if (this.#works.size > 0) {
      await batch.query(
        `insert into work (attempt, due_at, kind, message_sid, account_sid, sid_at, connector, payload)
         select 0, $7, u.* from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[]) u`,
        [...this.#works.values, now],
      );
    }
    if (this.#media.size === 0) return;
    await batch.query(
      `insert into media (sid, account_sid, message_sid, position, content_type, size_bytes, blob_key, created_at,
         updated_at)
       select u.*, $8, $8 from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[], $7::text[]) u`,
      [...this.#media.values, now],
    );
    await endHolds(batch, this.#media.values[6] as string[]);
  }
}

export async function claimNotices(
  batch: Batch,
  { owner, limit, leaseMs, except = [] }: Pick<SendClaim, 'owner' | 'limit' | 'leaseMs' | 'except'>,
  now: number,
): Promise<NoticeWork[]> {
  const rows = await batch.query(
    `with due as materialized (
       select account_sid, id, due_at from work where kind = 'notice' and due_at <= $1 and connector <> all($5::text[])
       order by due_at, id limit $2 for update skip locked)
     update work w set owner = $3, attempt = w.attempt + 1, due_at = $4 from due
     where w.account_sid = due.account_sid and w.id = due.id
     returning w.id, w.attempt, w.account_sid, w.message_sid, w.connector, w.payload`,
    [now, limit, owner, now + leaseMs, except],
  );
  return rows.sort((a, b) => (a[0] as number) - (b[0] as number)).map(noticeWorkFrom);
}

export async function finishNotices(batch: Batch, results: NoticeResult[]): Promise<boolean[]> {
  const over = new Columns(3);
  const again = new Columns(4);
  for (const { accountSid, workId, attempt, again: dueAt } of results) {
    if (dueAt === undefined) over.push(accountSid, workId, attempt);
    else again.push(accountSid, workId, attempt, dueAt);
  }
  const mine = "w.account_sid = u.account_sid and w.id = u.id and w.attempt = u.attempt and w.kind = 'notice'";
  const gone = await batch.query(
    `delete from work w using unnest($1::text[], $2::bigint[], $3::int[]) u (account_sid, id, attempt)
     where ${mine} returning w.id`,
    over.values,
  );
  const put = await batch.query(
    `update work w set due_at = u.due_at, owner = null
     from unnest($1::text[], $2::bigint[], $3::int[], $4::bigint[]) u (account_sid, id, attempt, due_at)
     where ${mine} returning w.id`,
    again.values,
  );
  batch.count('work notice', -gone.length);
  batch.made.notice ||= put.length > 0;
  const done = new Set([...gone, ...put].map((row) => row[0]));
  return results.map(({ workId }) => done.delete(workId));
}
