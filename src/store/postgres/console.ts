import { AUDIT_COLUMNS, auditValues, SESSION_COLUMNS } from '../console-rows.ts';
import type { ConsoleChange } from '../console-shapes.ts';
import type { Batch } from './batch.ts';

/** Who has signed in to the console, and what was done there, by the rules told in `sql/console.ts`. */

export async function changeConsole(batch: Batch, change: ConsoleChange, now: number): Promise<void> {
  switch (change.kind) {
    case 'open': {
      const { hash, user, stamp, createdAt, expiresAt } = change.session;
      const text = `insert into console_sessions (${SESSION_COLUMNS}) values ($1, $2, $3, $4, $5)`;
      await batch.query(text, [hash, user, stamp, createdAt, expiresAt]);
      return;
    }
    case 'extend':
      await batch.query('update console_sessions set expires_at = $1 where hash = $2', [change.expiresAt, change.hash]);
      return;
    case 'close':
      await batch.query('delete from console_sessions where hash = $1', [change.hash]);
      return;
    case 'audit':
      for (const entry of change.entries) {
        const text = `insert into console_audit (${AUDIT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
        await batch.query(text, [...auditValues(entry)]);
      }
      return;
    case 'forget':
      await batch.query('delete from console_sessions where expires_at <= $1', [now]);
      await batch.query('delete from console_audit where at < $1', [change.auditBefore]);
  }
}
