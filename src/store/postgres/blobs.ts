import type { BlobHold, HeldBlob } from '../media.ts';
import { newBlobKey } from '../media-rows.ts';
import { Columns } from './columns.ts';
import type { Session } from './driver.ts';

/**
 * Lives of bytes, by the rules told in `sql/blobs.ts`. Who takes media away locks their blobs and only then, with a
 * statement of its own, asks who refers to them: a statement that began before the lock was got would not see what its
 * last holder has committed.
 */
const CHUNK = 2_000;
/** Holds that are judged in one go. */
const JUDGED = 5_000;

/** The conflict makes two who come with the same bytes at the same moment share one life. */
export async function holdBlob(
  session: Session,
  { hash, sizeBytes, heldUntil }: BlobHold,
  now: number,
): Promise<HeldBlob> {
  const [row] = await session.query(
    `insert into blobs as b (key, hash, size_bytes, held_until, holders, dying, created_at)
     values ($1, $2, $3, $4, 1, 0, $5)
     on conflict (hash) where dying = 0 do update set held_until = greatest(b.held_until, excluded.held_until),
       holders = b.holders + 1
     returning key, exists (select 1 from media where blob_key = b.key)::int`,
    [newBlobKey(hash), hash, sizeBytes, heldUntil, now],
  );
  return { key: row?.[0] as string, isStored: row?.[1] === 1 };
}

/** Of these, those that media may refer to from now on. They stay so until the end of the transaction. */
export async function lockLive(session: Session, keys: Iterable<string>): Promise<Set<string>> {
  const wanted = [...new Set(keys)].sort();
  if (wanted.length === 0) return new Set();
  const rows = await session.query(
    'select key from blobs where key = any($1::text[]) and dying = 0 order by key for no key update',
    [wanted],
  );
  return new Set(rows.map((row) => row[0] as string));
}

/** To be called when media refer to them, a key for each medium: one hold less, and none with the last. */
export async function endHolds(session: Session, keys: Iterable<string>): Promise<void> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  await session.query(
    `update blobs b set holders = greatest(0, b.holders - u.n),
       held_until = case when b.holders <= u.n then 0 else b.held_until end
     from unnest($1::text[], $2::int[]) u (key, n) where b.key = u.key`,
    [[...counts.keys()], [...counts.values()]],
  );
}

/** To be called when media are gone: those of their blobs that nobody refers to or holds are dying from here on. */
export async function letGo(session: Session, keys: Iterable<string>, now: number): Promise<void> {
  const wanted = [...new Set(keys)].sort();
  for (let first = 0; first < wanted.length; first += CHUNK) {
    const some = wanted.slice(first, first + CHUNK);
    await session.query('select key from blobs where key = any($1::text[]) order by key for no key update', [some]);
    await session.query(
      `update blobs b set dying = 1, held_until = 0, holders = 0 where key = any($1::text[]) and dying = 0 and held_until <= $2
       and not exists (select 1 from media where blob_key = b.key)`,
      [some, now],
    );
  }
}

/** All media of these messages, whatever their status: for what goes together with them. Answers of how many there were some. */
export async function removeMediaOf(
  session: Session,
  messages: Iterable<{ accountSid: string; sid: string }>,
  now: number,
): Promise<number> {
  const columns = new Columns(2);
  for (const { accountSid, sid } of messages) columns.push(accountSid, sid);
  if (columns.size === 0) return 0;
  const rows = await session.query(
    `delete from media a using unnest($1::text[], $2::text[]) u (account_sid, message_sid)
     where a.account_sid = u.account_sid and a.message_sid = u.message_sid returning a.blob_key, a.message_sid`,
    columns.values,
  );
  await letGo(
    session,
    rows.map((row) => row[0] as string),
    now,
  );
  return new Set(rows.map((row) => row[1])).size;
}

/** Judges holds that ran out first: whoever held may have died before anything referred to the bytes. */
export async function dyingBlobs(session: Session, limit: number, now: number): Promise<string[]> {
  const over = await session.query(
    `select key from blobs where held_until > 0 and held_until <= $1 order by held_until limit $2
     for no key update skip locked`,
    [now, JUDGED],
  );
  if (over.length > 0) {
    await session.query(
      `update blobs b set held_until = 0, holders = 0,
         dying = case when exists (select 1 from media where blob_key = b.key) then dying else 1 end
       where key = any($1::text[])`,
      [over.map((row) => row[0])],
    );
  }
  const rows = await session.query('select key from blobs where dying = 1 order by key limit $1', [limit]);
  return rows.map((row) => row[0] as string);
}

export async function forgetBlobs(session: Session, keys: string[]): Promise<null> {
  await session.query('delete from blobs where key = any($1::text[]) and dying = 1', [keys]);
  return null;
}
