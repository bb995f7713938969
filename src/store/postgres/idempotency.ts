import {
  DOCUMENT_COLUMNS,
  documentValues,
  IDEMPOTENCY_KIND,
  idempotencyDocument,
  KEYS_FORGOTTEN,
  repetition,
} from '../rows.ts';
import { type Acceptance, type Accepted, IDEMPOTENCY_MS } from '../store.ts';
import type { Batch } from './batch.ts';

/**
 * Keys by which a caller may repeat a create. Taking one waits for whoever is taking it at the same moment, on any
 * node: when that one commits, its message is what is answered. Taken in sorted order, one statement each: rare.
 */
export async function takeKeys(
  batch: Batch,
  acceptances: Acceptance[],
  now: number,
): Promise<Map<Acceptance, Accepted>> {
  const known = new Map<Acceptance, Accepted>();
  const keyed = acceptances
    .filter(({ idempotency }) => idempotency !== undefined)
    .sort((a, b) => ((a.idempotency?.key ?? '') < (b.idempotency?.key ?? '') ? -1 : 1));
  for (const acceptance of keyed) {
    const answer = await takeKey(batch, acceptance, now);
    if (answer) known.set(acceptance, answer);
  }
  return known;
}

/** Of a message that was refused after all: its key may be used again. */
export async function freeKey(batch: Batch, { message, idempotency }: Acceptance): Promise<void> {
  if (!idempotency) return;
  await batch.query('delete from documents where account_sid = $1 and kind = $2 and sid = $3', [
    message.accountSid,
    IDEMPOTENCY_KIND,
    idempotency.key,
  ]);
}

async function takeKey(batch: Batch, { message, idempotency }: Acceptance, now: number): Promise<Accepted | null> {
  if (!idempotency) return null;
  const { accountSid, sid: messageSid } = message;
  const { key, fingerprint } = idempotency;
  const expiredBy = now - IDEMPOTENCY_MS;
  await batch.query(
    // What another node is deleting is left to it.
    `with over as materialized (
       select sid from documents where account_sid = $1 and kind = $2 and parent_sid = '' and created_at <= $3
         and sid <> $4 order by created_at limit ${KEYS_FORGOTTEN} for update skip locked)
     delete from documents d using over where d.account_sid = $1 and d.kind = $2 and d.sid = over.sid`,
    [accountSid, IDEMPOTENCY_KIND, expiredBy, key],
  );
  const taken = await batch.query(
    `insert into documents as d (${DOCUMENT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (account_sid, kind, sid) do update set properties = excluded.properties,
       created_at = excluded.created_at, updated_at = excluded.updated_at where d.created_at <= $9
     returning sid`,
    [...documentValues(idempotencyDocument({ accountSid, messageSid, key, fingerprint, now })), expiredBy],
  );
  if (taken.length > 0) return null;
  const [row] = await batch.query(
    'select properties from documents where account_sid = $1 and kind = $2 and sid = $3',
    [accountSid, IDEMPOTENCY_KIND, key],
  );
  return row ? repetition(row[0] as string, fingerprint) : null;
}
