import type { Document, DocumentSaved } from '../directory.ts';
import { isExpected, isOfSender } from '../expected.ts';
import { DOCUMENT_COLUMNS, documentFrom, documentValues, type Row } from '../rows.ts';
import type { WriteContext } from './context.ts';

/** Resources of configuration. Rare writes: clarity before speed. */

export function saveDocument(ctx: WriteContext, document: Document, expected?: Document | null): DocumentSaved {
  const { accountSid, kind, sid, parentSid, name } = document;
  if (expected !== undefined && !standsAs(ctx, document, expected)) return 'differs';
  const holder = ctx
    .sql('select 1 from documents where account_sid = ? and kind = ? and parent_sid = ? and name = ? and sid <> ?')
    .get(accountSid, kind, parentSid, name, sid);
  if (holder) return 'taken';
  ctx
    .sql(`insert or replace into documents (${DOCUMENT_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(...documentValues(document));
  return 'saved';
}

function standsAs(ctx: WriteContext, document: Document, expected: Document | null): boolean {
  const { accountSid, kind, sid } = document;
  const sender = ctx.sql('select 1 from senders where sid = ? and account_sid = ?');
  if (isOfSender(document) && !sender.get(sid, accountSid)) return false;
  const row = ctx
    .sql(`select ${DOCUMENT_COLUMNS} from documents where account_sid = ? and kind = ? and sid = ?`)
    .get(accountSid, kind, sid) as unknown as Row | undefined;
  return isExpected(row ? documentFrom(row) : null, expected, document);
}

/** What a recipient was reported to have received goes with the message it is about. */
export function removeFeedback(ctx: WriteContext, accountSid: string, messageSid: string): void {
  ctx.sql("delete from documents where account_sid = ? and kind = 'feedback' and sid = ?").run(accountSid, messageSid);
}

export function removeDocument(ctx: WriteContext, accountSid: string, kind: string, sid: string): boolean {
  ctx.sql('delete from documents where account_sid = ? and parent_sid = ?').run(accountSid, sid);
  const gone = ctx
    .sql('delete from documents where account_sid = ? and kind = ? and sid = ?')
    .run(accountSid, kind, sid);
  return gone.changes === 1;
}
