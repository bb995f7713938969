/** Stores of millions of messages, written straight into the schema: through the door they would take an hour. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

/** Of `dev` when nothing names another. */
export const ACCOUNT = 'AC00000000000000000000000000000001';
export const TOKEN = '00000000000000000000000000000001';
const OTHER = `AC${'9'.repeat(32)}`;
const PLACE = fileURLToPath(new URL('../.pidge-bench', import.meta.url));

const SENDERS = 50;
const RECIPIENTS = 20_000;
const STEP_MS = 400;
export const FROM = Date.UTC(2026, 0, 1);

export const sidOf = (index: number): string =>
  `SM${(FROM + index * STEP_MS).toString(16).padStart(12, '0')}0000${index.toString(16).padStart(16, '0')}`;
export const atOf = (index: number): number => FROM + index * STEP_MS;
export const senderOf = (index: number): string =>
  `+1202555${String(1_000 + (Math.floor(index / 7) % SENDERS)).padStart(4, '0')}`;
export const recipientOf = (index: number): string => `+13125${String(500_000 + (index % RECIPIENTS))}`;

/** Runs `use` with a folder on the disk of the checkout (a temporary one may be memory), which is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(PLACE, { recursive: true });
  const folder = mkdtempSync(join(PLACE, 'run-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Adds `count` messages that have been delivered, one in ten of another account. The schema must be there. */
export function fillDelivered(path: string, count: number): void {
  const history = `'{"at":' || at || ',"status":"queued"}' || char(10) || '{"at":' || at || ',"status":"sending"}'
    || char(10) || '{"at":' || at || ',"status":"sent"}' || char(10) || '{"at":' || at || ',"status":"delivered"}'`;
  fill(path, count, {
    status: 'delivered',
    account: `iif(i % 10 = 9, '${OTHER}', '${ACCOUNT}')`,
    sentAt: 'at',
    history,
  });
}

/** Adds `count` messages that wait for their hour, and the work that releases them, a day and more from now. */
export function fillScheduled(path: string, count: number, now: number): void {
  fill(path, count, {
    status: 'scheduled',
    account: `'${ACCOUNT}'`,
    sentAt: 'null',
    history: `'{"at":' || at || ',"status":"scheduled"}'`,
  });
  write(path, (db) => {
    db.exec(`insert into work (kind, message_sid, account_sid, due_at, attempt)
      select 'release', sid, account_sid, ${now + 86_400_000} + rowid, 0 from messages where status = 'scheduled'`);
    db.exec(`insert into counters values ('work release', ${count})`);
  });
}

interface Made {
  status: string;
  /** Expressions over `i` (the number of the message) and `at` (its creation). */
  account: string;
  sentAt: string;
  history: string;
}

function fill(path: string, count: number, { status, account, sentAt, history }: Made): void {
  write(path, (db) => {
    // Made anew at the end: sorting once is many times faster than finding each row's place.
    const indexes = db
      .prepare("select name, sql from sqlite_master where type = 'index' and tbl_name = 'messages' and sql is not null")
      .all() as { name: string; sql: string }[];
    for (const { name } of indexes) db.exec(`drop index ${name}`);
    db.exec(`with recursive n (i, at) as (select 0, ${FROM}
        union all select i + 1, at + ${STEP_MS} from n where i + 1 < ${count})
      insert into messages (sid, account_sid, service_sid, from_address, to_address, body, status, direction, num_segments,
        num_media, created_at, updated_at, sent_at, valid_until, smart_encoded, provide_feedback, tags, history, listed_at)
      select printf('SM%012x0000%016x', at, i), ${account}, null, printf('+1202555%04d', 1000 + i / 7 % ${SENDERS}),
        printf('+13125%d', 500000 + i % ${RECIPIENTS}),
        'Your code is ' || i || '. It is good for ten minutes; nobody of ours will ever ask you for it.', '${status}',
        'outbound-api', 1, 0, at, at, ${sentAt}, at + 36000000, 0, 0, '{}', ${history}, at from n`);
    for (const { sql } of indexes) db.exec(sql);
    db.exec(`insert into counters values ('${status}', ${count}) on conflict (name) do update set n = n + excluded.n`);
  });
}

function write(path: string, task: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(path);
  // Nothing of it needs to outlive a power cut; a million rows in one transaction go past the log.
  db.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -262144; pragma temp_store = file');
  task(db);
  db.exec('pragma journal_mode = wal');
  db.close();
}
