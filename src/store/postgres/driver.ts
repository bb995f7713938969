import type { Row } from '../rows.ts';
import { StoreUnavailable } from '../store.ts';

/** What the store needs of a PostgreSQL: real connections (`pg`), or the one of PGlite in tests. */
export interface Driver {
  /** A new connection; rejects with ConnectionLost when no writable server answers. */
  connect(purpose: Purpose): Promise<Connection>;
}

/** `write` and `read` answer rows by key and plan for that; `scan` may run long (verify, copies, migrations). */
export type Purpose = 'write' | 'read' | 'scan';

export interface Session {
  /** Rows as arrays in the order of the columns: text, numbers and null. `values` may hold arrays of them. */
  query(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Connection extends Session {
  /** Whether the server has hung up, or we have. */
  readonly isLost: boolean;
  /** begin … commit; rolled back when `work` rejects. Rejects with CommitUnknown when the commit got no answer. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** One writing statement that is its own transaction. Rejects with CommitUnknown when its answer is lost. */
  statement(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** Calls back for every notification on `channel`, until the connection ends. */
  listen(channel: string, heard: (payload: string) => void): Promise<void>;
  /** Rows as records, for Kysely. */
  records(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Hangs up at once, whatever is under way; that rejects with ConnectionLost. */
  destroy(): void;
  close(): Promise<void>;
}

/** The connection is gone or never came. What was under way without a commit is rolled back. */
export class ConnectionLost extends Error {
  override readonly name: string = 'ConnectionLost';
}

/** The connection went while the commit was under way: it may have happened (D4). */
export class CommitUnknown extends ConnectionLost {
  override readonly name = 'CommitUnknown';
}

export type Verdict = 'lost' | 'collision' | 'unavailable' | 'other';

/**
 * What an error means. `lost`: no connection; try a new one. `collision`: two transactions were in each other's way,
 * the same again may pass. `unavailable`: the server cannot write just now. `other`: a fault of ours.
 * Source: PostgreSQL 15, appendix A (SQLSTATE).
 */
export function judge(error: unknown): Verdict {
  if (error instanceof ConnectionLost) return 'lost';
  const code = sqlStateOf(error);
  if (code === '40P01' || code === '40001') return 'collision';
  // Shutdown, crash, starting up, a connection the server closed, and a primary that has become a standby.
  if (/^(57P0[1-5]|08...|25006|25P03)$/.test(code)) return 'lost';
  // No room, no memory, too many connections; a lock or a statement that took too long; an I/O error.
  if (/^(53...|55P03|57014|58...)$/.test(code)) return 'unavailable';
  return 'other';
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlStateOf(error) === '23505';
}

export function unavailable(cause: unknown): StoreUnavailable {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new StoreUnavailable(`The database cannot be used just now: ${text}`, { cause });
}

function sqlStateOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
