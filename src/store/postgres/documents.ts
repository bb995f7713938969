import type { Document, DocumentSaved } from '../directory.ts';
import { isExpected, isOfSender } from '../expected.ts';
import { DOCUMENT_COLUMNS, documentFrom, documentValues, type Row } from '../rows.ts';
import type { Batch } from './batch.ts';
import { isUniqueViolation } from './driver.ts';

/** Resources of configuration. Rare writes: clarity before speed. */

export async function saveDocument(
  batch: Batch,
  document: Document,
  expected?: Document | null,
): Promise<DocumentSaved> {
  if (expected !== undefined && !(await standsAs(batch, document, expected))) return 'differs';
  // A name that is being taken at this very moment shows as a violation: undone to here, not with the whole batch.
  await batch.query('savepoint document');
  try {
    const rows = await batch.query(
      `insert into documents (${DOCUMENT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (account_sid, kind, sid) do ${expected === null ? 'nothing' : REPLACE} returning sid`,
      documentValues(document),
    );
    await batch.query('release savepoint document');
    return rows.length === 1 ? 'saved' : 'differs';
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await batch.query('rollback to savepoint document');
    return 'taken';
  }
}

const REPLACE = `update set parent_sid = excluded.parent_sid, name = excluded.name,
  properties = excluded.properties, created_at = excluded.created_at, updated_at = excluded.updated_at`;

/** What is looked at stays so for the rest of the batch. */
async function standsAs(batch: Batch, document: Document, expected: Document | null): Promise<boolean> {
  const { accountSid, kind, sid } = document;
  const sender = 'select 1 from senders where sid = $1 and account_sid = $2 for share';
  if (isOfSender(document) && (await batch.query(sender, [sid, accountSid])).length === 0) return false;
  const [row] = await batch.query(
    `select ${DOCUMENT_COLUMNS} from documents where account_sid = $1 and kind = $2 and sid = $3 for update`,
    [accountSid, kind, sid],
  );
  return isExpected(row ? documentFrom(row as Row) : null, expected, document);
}

export async function removeDocument(batch: Batch, accountSid: string, kind: string, sid: string): Promise<boolean> {
  await batch.query('delete from documents where account_sid = $1 and parent_sid = $2', [accountSid, sid]);
  const rows = await batch.query(
    'delete from documents where account_sid = $1 and kind = $2 and sid = $3 returning sid',
    [accountSid, kind, sid],
  );
  return rows.length === 1;
}
