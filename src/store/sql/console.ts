import { AUDIT_COLUMNS, auditValues, SESSION_COLUMNS } from '../console-rows.ts';
import type { ConsoleChange } from '../console-shapes.ts';
import type { WriteContext } from './context.ts';

/** Who has signed in to the console, and what was done there. */

export function changeConsole(ctx: WriteContext, change: ConsoleChange, now: number): void {
  switch (change.kind) {
    case 'open': {
      const { hash, user, stamp, createdAt, expiresAt } = change.session;
      const text = `insert into console_sessions (${SESSION_COLUMNS}) values (?, ?, ?, ?, ?)`;
      ctx.sql(text).run(hash, user, stamp, createdAt, expiresAt);
      return;
    }
    case 'extend':
      ctx.sql('update console_sessions set expires_at = ? where hash = ?').run(change.expiresAt, change.hash);
      return;
    case 'close':
      ctx.sql('delete from console_sessions where hash = ?').run(change.hash);
      return;
    case 'audit': {
      const insert = ctx.sql(`insert into console_audit (${AUDIT_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
      for (const entry of change.entries) insert.run(...auditValues(entry));
      return;
    }
    case 'forget':
      ctx.sql('delete from console_sessions where expires_at <= ?').run(now);
      ctx.sql('delete from console_audit where at < ?').run(change.auditBefore);
  }
}
