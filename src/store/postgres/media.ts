import { isSettled } from '../../domain/message.ts';
import { sidTime } from '../../domain/sid.ts';
import type { FetchPayload, FetchSettled, FetchSettlement, FetchWork } from '../media.ts';
import { fetchPayloadFrom, fetchWorkFrom } from '../media-rows.ts';
import { MESSAGE_COLUMNS, messageFrom } from '../rows.ts';
import type { Claim } from '../store.ts';
import type { Batch } from './batch.ts';
import { endHolds, letGo, lockLive } from './blobs.ts';
import { claimDueSql } from './claim-due.ts';
import { Columns } from './columns.ts';
import type { LaneKey } from './lanes.ts';

/** Fetches, by the rules told in `sql/media.ts`. Locks: lanes, work, messages, then blobs by key. */
const QUEUE_OVERFLOW = 30001;
const MESSAGE = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
const CLAIM = claimDueSql('fetch', 'w.id, w.attempt, w.payload');

export async function claimFetches(batch: Batch, { owner, limit, leaseMs }: Claim, now: number): Promise<FetchWork[]> {
  return (await batch.query(CLAIM, [now, limit, owner, now + leaseMs])).map(fetchWorkFrom);
}

interface LockedWork {
  attempt: number;
  messageSid: string;
  send: FetchPayload['send'];
}

export async function settleFetches(
  batch: Batch,
  settlements: FetchSettlement[],
  now: number,
): Promise<(FetchSettled | null)[]> {
  await lockLanesOf(
    batch,
    settlements.filter(({ result }) => result.kind === 'fetched'),
  );
  const works = await lockWorks(batch, settlements);
  await batch.load(settlements.map(({ accountSid, messageSid: sid }) => ({ accountSid, sid })));
  const live = await lockLive(batch, settlements.flatMap(keysOf));
  const writes = new Writes();
  const answers = settlements.map((item): FetchSettled | null => {
    const { workId, attempt, accountSid, messageSid, result } = item;
    const work = works.get(workId);
    const message = batch.message(messageSid);
    if (work?.attempt !== attempt || work.messageSid !== messageSid || !message) return null;
    works.delete(workId);
    const end = (answer: FetchSettled | null): FetchSettled | null => {
      writes.over.push(accountSid, workId);
      batch.count('work fetch', -1);
      return answer;
    };
    // Canceled while this work was locked.
    if (!['accepted', 'scheduled', 'queued'].includes(message.status)) return end(null);
    if (result.kind === 'fail') {
      batch.advance(message, 'fail', now, { errorCode: result.errorCode, note: result.note });
      return end({ kind: 'over' });
    }
    if (result.kind === 'again') {
      writes.again.push(accountSid, workId, result.dueAt);
      if (result.note) batch.remark(message, result.note, now);
      batch.made.fetch = true;
      return { kind: 'next', work: 'fetch', dueAt: result.dueAt };
    }
    if (!result.media.every(({ blobKey }) => live.has(blobKey))) {
      writes.again.push(accountSid, workId, now);
      batch.made.fetch = true;
      return { kind: 'lost' };
    }
    for (const [position, { sid, contentType, sizeBytes, blobKey }] of result.media.entries()) {
      writes.media.push(sid, accountSid, messageSid, position, contentType, sizeBytes, blobKey, now, now);
    }
    const next = work.send ? 'send' : 'release';
    const place = batch.lanes.takePlace(work.send?.lane ?? null, now, work.send?.validUntil);
    if (place === null) {
      batch.advance(message, 'fail', now, { errorCode: QUEUE_OVERFLOW });
      return end({ kind: 'over' });
    }
    const { dueAt, lane } = place;
    const paced = [lane?.key ?? null, lane?.intervalMicros ?? null, lane?.cost ?? null, lane?.horizonMs ?? null];
    writes.next.push(accountSid, workId, next, dueAt, work.send?.connector ?? null, ...paced);
    batch.count('work fetch', -1);
    batch.count(`work ${next}`, 1);
    batch.made[next] = true;
    return { kind: 'next', work: next, dueAt };
  });
  await writes.write(batch);
  return answers;
}

function keysOf({ result }: FetchSettlement): string[] {
  return result.kind === 'fetched' ? result.media.map(({ blobKey }) => blobKey) : [];
}

/** Which lanes they are is in the work, which is locked after them: what it says of its lane never changes. */
async function lockLanesOf(batch: Batch, settlements: FetchSettlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const rows = await batch.query(
    `select w.account_sid, w.payload from unnest($1::text[], $2::bigint[]) k (account_sid, id)
     join work w on w.account_sid = k.account_sid and w.id = k.id where w.kind = 'fetch'`,
    keysOfWork(settlements),
  );
  const lanes = rows.flatMap(([accountSid, payload]): LaneKey[] => {
    const { send } = fetchPayloadFrom(payload);
    if (!send?.lane) return [];
    return [{ accountSid: accountSid as string, key: send.lane.key, connector: send.connector }];
  });
  await batch.lanes.lock(batch.session, lanes);
}

async function lockWorks(batch: Batch, settlements: FetchSettlement[]): Promise<Map<number, LockedWork>> {
  const rows = await batch.query(
    `select w.id, w.attempt, w.message_sid, w.payload, w.kind
     from unnest($1::text[], $2::bigint[]) k (account_sid, id)
     join work w on w.account_sid = k.account_sid and w.id = k.id order by w.id for update of w`,
    keysOfWork(settlements),
  );
  const fetches = rows.filter((row) => row[4] === 'fetch');
  return new Map(
    fetches.map(([id, attempt, messageSid, payload]) => [
      id as number,
      { attempt: attempt as number, messageSid: messageSid as string, send: fetchPayloadFrom(payload).send },
    ]),
  );
}

function keysOfWork(settlements: FetchSettlement[]): unknown[][] {
  const columns = new Columns(2);
  for (const { accountSid, workId } of settlements) columns.push(accountSid, workId);
  return columns.values;
}

class Writes {
  readonly over = new Columns(2);
  readonly again = new Columns(3);
  readonly next = new Columns(9);
  readonly media = new Columns(9);

  async write(batch: Batch): Promise<void> {
    if (this.over.size > 0) {
      await batch.query(
        `delete from work w using unnest($1::text[], $2::bigint[]) u (account_sid, id)
         where w.account_sid = u.account_sid and w.id = u.id`,
        this.over.values,
      );
    }
    if (this.again.size > 0) {
      await batch.query(
        `update work w set due_at = u.due_at, owner = null
         from unnest($1::text[], $2::bigint[], $3::bigint[]) u (account_sid, id, due_at)
         where w.account_sid = u.account_sid and w.id = u.id`,
        this.again.values,
      );
    }
    if (this.next.size > 0) {
      await batch.query(
        `update work w set kind = u.kind, owner = null, attempt = 0, due_at = u.due_at, payload = null,
           connector = u.connector, lane = u.lane, interval_us = u.interval_us, cost = u.cost, horizon_ms = u.horizon_ms
         from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[],
           $8::int[], $9::bigint[]) u (account_sid, id, kind, due_at, connector, lane, interval_us, cost, horizon_ms)
         where w.account_sid = u.account_sid and w.id = u.id`,
        this.next.values,
      );
    }
    if (this.media.size === 0) return;
    await batch.query(
      `insert into media (sid, account_sid, message_sid, position, content_type, size_bytes, blob_key, created_at,
         updated_at)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[], $7::text[],
         $8::bigint[], $9::bigint[])`,
      this.media.values,
    );
    await endHolds(batch, this.media.values[6] as string[]);
  }
}

export async function removeMedia(
  batch: Batch,
  { accountSid, messageSid, sid }: { accountSid: string; messageSid: string; sid: string },
  now: number,
): Promise<'done' | 'missing' | 'early'> {
  const [row] = await batch.query(
    `select ${MESSAGE} from messages m where account_sid = $1 and sid_at = $2 and sid = $3 for no key update`,
    [accountSid, sidTime(messageSid), messageSid],
  );
  const key = [accountSid, messageSid, sid];
  const [medium] = await batch.query(
    'select blob_key from media where account_sid = $1 and message_sid = $2 and sid = $3',
    key,
  );
  if (!row || !medium) return 'missing';
  if (!isSettled(messageFrom(row), now)) return 'early';
  await batch.query('delete from media where account_sid = $1 and message_sid = $2 and sid = $3', key);
  await letGo(batch, [medium[0] as string], now);
  return 'done';
}
