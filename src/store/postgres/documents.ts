import type { Document } from '../directory.ts';
import { DOCUMENT_COLUMNS, documentValues } from '../rows.ts';
import type { Batch } from './batch.ts';
import { isUniqueViolation } from './driver.ts';

/** Resources of configuration. Rare writes: clarity before speed. */

export async function saveDocument(batch: Batch, document: Document): Promise<'saved' | 'taken'> {
  // A name that is being taken at this very moment shows as a violation: undone to here, not with the whole batch.
  await batch.query('savepoint document');
  try {
    await batch.query(
      `insert into documents (${DOCUMENT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (account_sid, kind, sid) do update set parent_sid = excluded.parent_sid, name = excluded.name,
         properties = excluded.properties, created_at = excluded.created_at, updated_at = excluded.updated_at`,
      documentValues(document),
    );
    await batch.query('release savepoint document');
    return 'saved';
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await batch.query('rollback to savepoint document');
    return 'taken';
  }
}

export async function removeDocument(batch: Batch, accountSid: string, kind: string, sid: string): Promise<boolean> {
  await batch.query('delete from documents where account_sid = $1 and parent_sid = $2', [accountSid, sid]);
  const rows = await batch.query(
    'delete from documents where account_sid = $1 and kind = $2 and sid = $3 returning sid',
    [accountSid, kind, sid],
  );
  return rows.length === 1;
}
