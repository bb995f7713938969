import type { BlobHold, HeldBlob } from '../media.ts';
import { newBlobKey } from '../media-rows.ts';
import type { WriteContext } from './context.ts';

/**
 * Lives of bytes. Nobody keeps a number of who refers to a blob: whether anything does is asked of the media
 * themselves, in the transaction that takes one away. Holders are counted, but nothing rests on it: who settles the last
 * hold ends it at once, and what a holder who died has left too high runs out by itself.
 */
const OF_HASH = `select key, exists (select 1 from media where blob_key = key) from blobs where hash = ? and dying = 0`;
/** Holds that are judged in one go. */
const JUDGED = 5_000;
const REFERRED = 'select 1 from media where blob_key = ? limit 1';

export function holdBlob(ctx: WriteContext, { hash, sizeBytes, heldUntil }: BlobHold, now: number): HeldBlob {
  const row = ctx.sql(OF_HASH).get(hash) as unknown as [string, number] | undefined;
  if (row) {
    const [key, stored] = row;
    ctx
      .sql('update blobs set held_until = max(held_until, ?), holders = holders + 1 where key = ?')
      .run(heldUntil, key);
    return { key, isStored: stored === 1 };
  }
  const key = newBlobKey(hash);
  ctx.sql('insert into blobs values (?, ?, ?, ?, 1, 0, ?)').run(key, hash, sizeBytes, heldUntil, now);
  return { key, isStored: false };
}

/** Whether media may refer to it from now on. */
export function isLive(ctx: WriteContext, key: string): boolean {
  return ctx.sql('select 1 from blobs where key = ? and dying = 0').get(key) !== undefined;
}

/** To be called when media refer to it: one hold less, and none with the last. */
export function endHold(ctx: WriteContext, key: string): void {
  ctx
    .sql(
      `update blobs set held_until = case when holders <= 1 then 0 else held_until end, holders = max(0, holders - 1)
       where key = ?`,
    )
    .run(key);
}

/** To be called when media are gone: those of their blobs that nobody refers to or holds are dying from here on. */
export function letGo(ctx: WriteContext, keys: Iterable<string>, now: number): void {
  for (const key of new Set(keys)) {
    if (ctx.sql(REFERRED).get(key)) continue;
    ctx.sql('update blobs set dying = 1, held_until = 0, holders = 0 where key = ? and held_until <= ?').run(key, now);
  }
}

/** All media of a message, whatever its status: for what goes together with it. Answers how many there were. */
export function removeMediaOf(ctx: WriteContext, messageSid: string, now: number): number {
  const rows = ctx.sql('delete from media where message_sid = ? returning blob_key').all(messageSid);
  letGo(
    ctx,
    (rows as unknown as [string][]).map(([key]) => key),
    now,
  );
  return rows.length;
}

/** Judges holds that ran out first: whoever held may have died before anything referred to the bytes. */
export function dyingBlobs(ctx: WriteContext, limit: number, now: number): string[] {
  const over = ctx
    .sql('select key from blobs where held_until > 0 and held_until <= ? order by held_until limit ?')
    .all(now, JUDGED) as unknown as [string][];
  for (const [key] of over) ctx.sql('update blobs set held_until = 0, holders = 0 where key = ?').run(key);
  letGo(
    ctx,
    over.map(([key]) => key),
    now,
  );
  const rows = ctx.sql('select key from blobs where dying = 1 order by key limit ?').all(limit);
  return (rows as unknown as [string][]).map(([key]) => key);
}

export function forgetBlobs(ctx: WriteContext, keys: string[]): void {
  for (const key of keys) ctx.sql('delete from blobs where key = ? and dying = 1').run(key);
}
