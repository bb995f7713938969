import { sidTime } from '../../domain/sid.ts';
import { releaseWorkFrom } from '../rows.ts';
import type { Claim, Release, Released, ReleaseWork } from '../store.ts';
import type { Batch } from './batch.ts';
import { claimDueSql } from './claim-due.ts';
import { Columns } from './columns.ts';
import type { LaneKey } from './lanes.ts';

/** Releases, by the rules told in `sql/releases.ts`. */
const QUEUE_OVERFLOW = 30001;
const CLAIM = claimDueSql('release', 'w.id, w.attempt');

/** A channel's sender has an address to call back, and nobody else had. */
const CALL_BACK = `update messages m set callback_url = u.url
  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) u (account_sid, sid_at, sid, url)
  where m.account_sid = u.account_sid and m.sid_at = u.sid_at and m.sid = u.sid`;

/** Media that leave as links, for want of MMS. */
const CHANGE_OPTIONS = `update messages m set options = u.options
  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) u (account_sid, sid_at, sid, options)
  where m.account_sid = u.account_sid and m.sid_at = u.sid_at and m.sid = u.sid`;

export async function claimReleases(
  batch: Batch,
  { owner, limit, leaseMs }: Claim,
  now: number,
): Promise<ReleaseWork[]> {
  return (await batch.query(CLAIM, [now, limit, owner, now + leaseMs])).map(releaseWorkFrom);
}

export async function release(batch: Batch, releases: Release[], now: number): Promise<(Released | null)[]> {
  await batch.lanes.lock(batch.session, lanesOf(releases));
  const works = await lockWorks(batch, releases);
  await batch.load(releases.map(({ accountSid, messageSid: sid }) => ({ accountSid, sid })));
  const over = new Columns(2);
  const again = new Columns(3);
  const queued = new Columns(8);
  const senders = new Columns(6);
  const callbacks = new Columns(4);
  const changed = new Columns(4);
  const answers = releases.map((item): Released | null => {
    const { workId, attempt, accountSid, messageSid, result } = item;
    const message = batch.message(messageSid);
    if (works.get(workId) !== attempt || !message) return null;
    works.delete(workId);
    if (message.status !== 'accepted' && message.status !== 'scheduled') {
      // Canceled while this work was locked.
      over.push(accountSid, workId);
      batch.count('work release', -1);
      return null;
    }
    if (result.kind === 'again') {
      again.push(accountSid, workId, result.dueAt);
      return { status: message.status, dueAt: null };
    }
    batch.count('work release', -1);
    const place = result.kind === 'queue' ? batch.lanes.takePlace(result.lane, now, result.validUntil) : null;
    if (result.kind === 'fail' || place === null) {
      over.push(accountSid, workId);
      const [errorCode, note] = result.kind === 'fail' ? [result.errorCode, result.note] : [QUEUE_OVERFLOW];
      batch.advance(message, 'fail', now, { errorCode, note });
      return { status: message.status, dueAt: null };
    }
    message.from = result.from;
    if (result.callbackUrl !== undefined && message.callbackUrl === null) {
      message.callbackUrl = result.callbackUrl;
      callbacks.push(accountSid, sidTime(messageSid), messageSid, result.callbackUrl);
    }
    if (result.options !== undefined) {
      message.options = result.options;
      changed.push(accountSid, sidTime(messageSid), messageSid, JSON.stringify(result.options));
    }
    batch.advance(message, message.status === 'scheduled' ? 'fire' : 'choose', now, { note: result.note });
    senders.push(accountSid, sidTime(messageSid), messageSid, result.from, result.numSegments, result.validUntil);
    const { dueAt, lane } = place;
    const paced = [lane?.key ?? null, lane?.intervalMicros ?? null, lane?.cost ?? null, lane?.horizonMs ?? null];
    queued.push(accountSid, workId, dueAt, result.connector, ...paced);
    batch.count('work send', 1);
    batch.made.send = true;
    return { status: message.status, dueAt };
  });
  await write(batch, { over, again, queued, senders });
  if (callbacks.size > 0) await batch.query(CALL_BACK, callbacks.values);
  if (changed.size > 0) await batch.query(CHANGE_OPTIONS, changed.values);
  return answers;
}

function* lanesOf(releases: Release[]): Generator<LaneKey> {
  for (const { accountSid, result } of releases) {
    if (result.kind === 'queue' && result.lane) {
      yield { accountSid, key: result.lane.key, connector: result.connector };
    }
  }
}

/** Attempts of the releases that are still open, by id. */
async function lockWorks(batch: Batch, releases: Release[]): Promise<Map<number, number>> {
  const columns = new Columns(2);
  for (const { accountSid, workId } of releases) columns.push(accountSid, workId);
  const rows = await batch.query(
    `select w.id, w.attempt, w.kind from unnest($1::text[], $2::bigint[]) k (account_sid, id)
     join work w on w.account_sid = k.account_sid and w.id = k.id order by w.id for update of w`,
    columns.values,
  );
  return new Map(rows.filter((row) => row[2] === 'release').map(([id, attempt]) => [id as number, attempt as number]));
}

interface Writes {
  over: Columns;
  again: Columns;
  queued: Columns;
  senders: Columns;
}

async function write(batch: Batch, { over, again, queued, senders }: Writes): Promise<void> {
  if (over.size > 0) {
    await batch.query(
      `delete from work w using unnest($1::text[], $2::bigint[]) u (account_sid, id)
       where w.account_sid = u.account_sid and w.id = u.id`,
      over.values,
    );
  }
  if (again.size > 0) {
    await batch.query(
      `update work w set due_at = u.due_at, owner = null
       from unnest($1::text[], $2::bigint[], $3::bigint[]) u (account_sid, id, due_at)
       where w.account_sid = u.account_sid and w.id = u.id`,
      again.values,
    );
  }
  if (queued.size === 0) return;
  await batch.query(
    `update work w set kind = 'send', owner = null, attempt = 0, due_at = u.due_at, connector = u.connector,
       lane = u.lane, interval_us = u.interval_us, cost = u.cost, horizon_ms = u.horizon_ms
     from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::int[], $8::bigint[])
       u (account_sid, id, due_at, connector, lane, interval_us, cost, horizon_ms)
     where w.account_sid = u.account_sid and w.id = u.id`,
    queued.values,
  );
  await batch.query(
    `update messages m set from_address = u.sender, num_segments = u.segments, valid_until = u.valid_until
     from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[])
       u (account_sid, sid_at, sid, sender, segments, valid_until)
     where m.account_sid = u.account_sid and m.sid_at = u.sid_at and m.sid = u.sid`,
    senders.values,
  );
}
