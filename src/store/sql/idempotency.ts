import {
  DOCUMENT_COLUMNS,
  documentValues,
  IDEMPOTENCY_KIND,
  idempotencyDocument,
  KEYS_FORGOTTEN,
  type Row,
  repetition,
} from '../rows.ts';
import { type Accepted, IDEMPOTENCY_MS } from '../store.ts';
import type { WriteContext } from './context.ts';

/** Keys by which a caller may repeat a create: looked up before a message is made, kept with it. */

export interface HeldKey {
  accountSid: string;
  messageSid: string;
  key: string;
  fingerprint: string;
  now: number;
}

/** What to answer when the key has made a message already; `null`: it has not. */
export function repeated(ctx: WriteContext, { accountSid, key, fingerprint, now }: HeldKey): Accepted | null {
  const row = ctx
    .sql('select properties from documents where account_sid = ? and kind = ? and sid = ? and created_at > ?')
    .get(accountSid, IDEMPOTENCY_KIND, key, now - IDEMPOTENCY_MS) as unknown as Row | undefined;
  return row ? repetition(row[0] as string, fingerprint) : null;
}

/** Keeps the key, and forgets some of the account that are over. */
export function keepKey(ctx: WriteContext, held: HeldKey): void {
  ctx
    .sql(
      `delete from documents where account_sid = ?1 and kind = ?2 and sid in (
         select sid from documents where account_sid = ?1 and kind = ?2 and parent_sid = '' and created_at <= ?3
         order by created_at limit ${KEYS_FORGOTTEN})`,
    )
    .run(held.accountSid, IDEMPOTENCY_KIND, held.now - IDEMPOTENCY_MS);
  ctx
    .sql(`insert or replace into documents (${DOCUMENT_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(...documentValues(idempotencyDocument(held)));
}
