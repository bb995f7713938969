/** The store's contract, on who has signed in to the console and what was done there. */

export interface ConsoleSession {
  /** SHA-256 of what the browser holds, in hex. */
  hash: string;
  user: string;
  /** Changes with the user's password: a session of the old one is over. */
  stamp: string;
  createdAt: number;
  expiresAt: number;
}

/** What somebody did, or tried to do. */
export interface AuditEntry {
  at: number;
  /** Name of a user of the console, or the account whose credentials were used. */
  user: string;
  role: 'operator' | 'viewer' | 'account' | 'unknown';
  /** Where the request came from. */
  address: string;
  verb: string;
  /** Without its query. */
  path: string;
  /** The account that was acted on; `null`: none. */
  accountSid: string | null;
  /** HTTP status of the answer. */
  status: number;
  /** What was taken away as a file: what was asked for, and how much there was of it. */
  taken?: { query: string; count: number };
}

export type KeptAuditEntry = AuditEntry & { id: number };

export type ConsoleChange =
  | { kind: 'open'; session: ConsoleSession }
  /** One that is closed stays closed. */
  | { kind: 'extend'; hash: string; expiresAt: number }
  | { kind: 'close'; hash: string }
  | { kind: 'audit'; entries: AuditEntry[] }
  /** Removes sessions that are over, and the audit from before `auditBefore` (epoch ms). */
  | { kind: 'forget'; auditBefore: number };

export interface AuditQuery {
  /** Entries before the one with this id. */
  before?: number;
  accountSid?: string;
  user?: string;
  /** Not older (epoch ms). */
  since: number;
  limit: number;
}

export interface ConsoleVerbs {
  changeConsole(change: ConsoleChange, now: number): Promise<void>;
}

export interface ConsoleReads {
  consoleSession(hash: string): Promise<ConsoleSession | null>;
  /** Newest first. */
  audit(query: AuditQuery): Promise<KeptAuditEntry[]>;
}
