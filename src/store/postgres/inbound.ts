import { sidTime } from '../../domain/sid.ts';
import { noticePayload } from '../inbound-rows.ts';
import type { Intake, Notice, TookIn } from '../inbound-shapes.ts';
import { alreadyStored, INSERT_MESSAGES, MESSAGE_WIDTH, messageRow } from './accept.ts';
import type { Batch } from './batch.ts';
import { endHolds, lockLive } from './blobs.ts';
import { Columns } from './columns.ts';
import { endJoinings, type HeldJoining, lockJoinings } from './joinings.ts';
import { changeOptOut } from './opt-outs.ts';

/**
 * Taking in, by the rules told in `sql/inbound.ts`. Locks: blobs by key, joinings, carrier ids, lanes. What an opt-out has
 * to wait for is asked afterwards (`findClaimed`), so the answers here have no claimed works.
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
  await lockLanes(
    batch,
    intakes.filter((intake) => !stored.has(intake.message.sid) && !heard.has(intake)),
  );
  const writes = new Writes();
  const answers: TookIn[] = [];
  for (const intake of intakes) {
    const { message, joining, optOut, notice } = intake;
    const taken = (optOutChanged: boolean, noticeAt: number | null): TookIn => ({
      ...{ kind: 'taken', message, optOutChanged, claimedWorks: [] },
      ...(noticeAt !== null && { noticeAt }),
    });
    if (stored.has(message.sid)) {
      answers.push(taken(optOut !== null, notice && now));
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
    const noticeAt = writes.add(batch, intake, now);
    const { accountSid } = message;
    answers.push(taken(optOut !== null && (await changeOptOut(batch, { accountSid, ...optOut }, now)) > 0, noticeAt));
  }
  await writes.write(batch, now);
  await endJoinings(batch, writes.endedOf(joinings));
  return answers;
}

async function lockLanes(batch: Batch, intakes: Intake[]): Promise<void> {
  const paced = intakes.flatMap(({ message: { accountSid }, notice }) =>
    notice?.lane ? { accountSid, key: notice.lane.key, connector: notice.connector } : [],
  );
  await batch.lanes.lock(batch.session, paced);
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
  readonly #works = new Columns(11);
  readonly #ended: { ref: string; messageSid: string }[] = [];

  /** Answers the slot of the confirmation; `null`: there is none, or the queue is full, and it is left out. */
  add(batch: Batch, { message, media, joining, notice, reply, tell }: Intake, now: number): number | null {
    const { sid, accountSid } = message;
    this.#messages.push(...messageRow(message));
    batch.count(message.status, 1);
    batch.usage.add(message, 'inbound', message.priceMicros, now);
    for (const [position, { sid: mediaSid, contentType, sizeBytes, blobKey }] of media.entries()) {
      this.#media.push(mediaSid, accountSid, sid, position, contentType, sizeBytes, blobKey);
    }
    if (reply) {
      const unpaced = [null, null, null, null, null];
      this.#works.push('reply', sid, accountSid, sidTime(sid), now, ...unpaced, JSON.stringify(reply));
      batch.count('work reply', 1);
      batch.made.reply = true;
    }
    if (tell) batch.queueCallback({ sid, accountSid }, tell, now);
    if (joining) this.#ended.push({ ref: joining, messageSid: sid });
    return notice && this.#queue(batch, notice, message, now);
  }

  #queue(batch: Batch, notice: Notice, { sid, accountSid }: Intake['message'], now: number): number | null {
    const { connector, lane } = notice;
    const place = batch.lanes.takePlace(lane, now);
    if (place === null) return null;
    const { dueAt } = place;
    const paced = [lane?.key ?? null, lane?.intervalMicros ?? null, lane?.cost ?? null, lane?.horizonMs ?? null];
    this.#works.push('notice', sid, accountSid, sidTime(sid), dueAt, connector, ...paced, noticePayload(notice));
    batch.count('work notice', 1);
    // Who claims sends claims it.
    batch.made.send = true;
    return dueAt;
  }

  endedOf(joinings: Map<string, HeldJoining>) {
    return this.#ended.map((one) => ({ ...one, text: joinings.get(one.ref)?.text ?? '' }));
  }

  async write(batch: Batch, now: number): Promise<void> {
    if (this.#messages.size > 0) await batch.query(INSERT_MESSAGES, this.#messages.values);
    if (this.#works.size > 0) {
      await batch.query(
        `insert into work (attempt, kind, message_sid, account_sid, sid_at, due_at, connector, lane, interval_us, cost,
           horizon_ms, payload)
         select 0, u.* from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
           $7::text[], $8::bigint[], $9::int[], $10::bigint[], $11::text[]) u`,
        this.#works.values,
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
