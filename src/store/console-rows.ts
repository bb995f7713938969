import type { AuditEntry, ConsoleReads, KeptAuditEntry } from './console-shapes.ts';
import type { Ask } from './inbound-reads.ts';
import type { Row } from './rows.ts';

/** Rows of the console, and how they are read, for both engines. */

export const SESSION_COLUMNS = 'hash, user_name, stamp, created_at, expires_at';
export const AUDIT_COLUMNS = 'at, user_name, role, address, verb, path, account_sid, answer_status, taken';

export function auditValues({ at, user, role, address, verb, path, accountSid, status, taken }: AuditEntry) {
  return [at, user, role, address, verb, path, accountSid, status, taken ? JSON.stringify(taken) : null] as const;
}

function auditFrom([id, at, user, role, address, verb, path, accountSid, status, taken]: Row): KeptAuditEntry {
  return {
    id: id as number,
    at: at as number,
    user: user as string,
    role: role as AuditEntry['role'],
    address: address as string,
    verb: verb as string,
    path: path as string,
    accountSid: accountSid as string | null,
    status: status as number,
    ...(taken !== null && { taken: JSON.parse(taken as string) }),
  };
}

export function consoleReads(ask: Ask): ConsoleReads {
  return {
    async consoleSession(hash) {
      const [row] = await ask(`select ${SESSION_COLUMNS} from console_sessions where hash = $1`, [hash]);
      if (row === undefined) return null;
      const [, user, stamp, createdAt, expiresAt] = row as [string, string, string, number, number];
      return { hash, user, stamp, createdAt, expiresAt };
    },
    async audit({ before, accountSid, user, since, limit }) {
      const values: (string | number)[] = [since];
      const where = ['at >= $1'];
      if (before !== undefined) where.push(`id < $${values.push(before)}`);
      if (accountSid !== undefined) where.push(`account_sid = $${values.push(accountSid)}`);
      if (user !== undefined) where.push(`user_name = $${values.push(user)}`);
      const text = `select id, ${AUDIT_COLUMNS} from console_audit where ${where.join(' and ')}
        order by id desc limit $${values.push(limit)}`;
      return (await ask(text, values)).map(auditFrom);
    },
  };
}
