import type { Document } from '../directory.ts';
import { DOCUMENT_COLUMNS, documentValues } from '../rows.ts';
import type { WriteContext } from './context.ts';

/** Resources of configuration. Rare writes: clarity before speed. */

export function saveDocument(ctx: WriteContext, document: Document): 'saved' | 'taken' {
  const { accountSid, kind, sid, parentSid, name } = document;
  const holder = ctx
    .sql('select 1 from documents where account_sid = ? and kind = ? and parent_sid = ? and name = ? and sid <> ?')
    .get(accountSid, kind, parentSid, name, sid);
  if (holder) return 'taken';
  ctx
    .sql(`insert or replace into documents (${DOCUMENT_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(...documentValues(document));
  return 'saved';
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
