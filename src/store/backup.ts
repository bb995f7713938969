import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { migrate, migrationState } from './migrate.ts';
import { FileExists, makeFile, removeSides } from './new-file.ts';
import { codeOf, lockFile, openReadOnly } from './sqlite-file.ts';
import type { Finding } from './store.ts';
import { findings } from './verify.ts';

/** Backups of a store on SQLite: one file that opens on its own, checked before it gets its name. */

export interface BackupReport {
  sizeBytes: number;
  messages: number;
  /** `null`: not looked for, because the schema is an older one. */
  findings: Finding[] | null;
}

/** The file cannot be used for what was asked, for the reason told; nothing was changed. */
export class BadBackup extends Error {
  override readonly name = 'BadBackup';
  readonly findings: Finding[];

  constructor(message: string, found: Finding[] = []) {
    super(message);
    this.findings = found;
  }
}

const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** More pages than a file can have: everything in one step, hence in one snapshot. */
const ALL_PAGES = 2_147_483_647;
const SQLITE_MAGIC = 'SQLite format 3\0';
const DUMP_MAGIC = 'PGDMP';

/** By its first bytes: a store's file, an archive of `pg_dump`, or neither. */
export function kindOfBackup(file: string): 'sqlite' | 'postgres' | 'unknown' {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head);
  } finally {
    closeSync(handle);
  }
  const text = head.toString('latin1');
  if (text === SQLITE_MAGIC) return 'sqlite';
  return text.startsWith(DUMP_MAGIC) ? 'postgres' : 'unknown';
}

/**
 * Writes the store at `path` into the new `file`, also beside a server that is writing: what is copied is one
 * snapshot. Throws FileExists, and BadBackup when the copy is damaged, which then is not kept.
 */
export async function backupSqlite(path: string, file: string): Promise<BackupReport> {
  return makeFile(file, {}, (aside) =>
    judging(path, async () => {
      await copyPages(path, aside);
      return onCopy(aside, path, async (db) => reportOn(aside, db, migrationState(db).pending.length === 0));
    }),
  );
}

/**
 * Puts the backup `file` at `path`, brought to the present schema, once it has proved sound: until then nothing is
 * changed. Holds the lock of `path` meanwhile: StoreLocked when a server runs there. Throws FileExists without
 * `replace`, BadBackup for a file that is no backup or has findings; `despiteFindings` takes the latter.
 */
export async function restoreSqlite(
  file: string,
  path: string,
  options: { replace: boolean; despiteFindings: boolean },
): Promise<BackupReport> {
  if (existsSync(path) && !options.replace) throw new FileExists(`${path} exists already`);
  const lock = lockFile(path);
  try {
    return await makeFile(path, { replace: options.replace }, async (aside) => {
      const report = await judging(file, async () => {
        await copyPages(file, aside);
        return onCopy(aside, file, async (db) => {
          await migrate(db);
          return reportOn(aside, db, true);
        });
      });
      const found = report.findings ?? [];
      if (found.length > 0 && !options.despiteFindings) {
        throw new BadBackup(`${file} breaks ${found.length} of the store's own rules.`, found);
      }
      retire(path);
      return report;
    });
  } finally {
    lock.close();
  }
}

/** Every page in one step: a step that begins after a commit of the server would begin all over. */
async function copyPages(from: string, to: string): Promise<void> {
  const source = openReadOnly(from);
  try {
    await backup(source, to, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
}

/** Opens the copy of `name` so that it becomes a file which needs no other beside it, and works on it if it is sound. */
async function onCopy<T>(aside: string, name: string, work: (db: DatabaseSync) => Promise<T>): Promise<T> {
  const db = new DatabaseSync(aside, { enableForeignKeyConstraints: false });
  try {
    db.exec('pragma journal_mode = delete; pragma secure_delete = on');
    const said = db
      .prepare('pragma quick_check(5)')
      .all()
      .map((row) => String(Object.values(row)[0]));
    if (said.join() !== 'ok') throw damaged(name, said.join('; '));
    if (migrationState(db).applied.length === 0) throw new BadBackup(`${name} holds no store of Pidge.`);
    return await work(db);
  } finally {
    db.close();
  }
}

function damaged(name: string, said: string): BadBackup {
  return new BadBackup(`${name} is damaged. SQLite says: ${said}`);
}

/** What SQLite trips over in a damaged file is the file's fault, wherever it happens. */
async function judging<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code !== CORRUPT && code !== NOT_A_DATABASE) throw error;
    throw damaged(name, (error as Error).message);
  }
}

function reportOn(aside: string, db: DatabaseSync, verified: boolean): BackupReport {
  const row = db.prepare('select count(*) n from messages').get() as { n: number };
  return { sizeBytes: statSync(aside).size, messages: row.n, findings: verified ? findings(db) : null };
}

/** Moves what the old file's log holds into it, for the log would be played into whatever has its name next. */
function retire(path: string): void {
  if (existsSync(path)) {
    const db = new DatabaseSync(path);
    try {
      db.exec('pragma journal_mode = delete');
    } catch (error) {
      const code = codeOf(error);
      if (code !== CORRUPT && code !== NOT_A_DATABASE) throw error;
    } finally {
      db.close();
    }
  }
  removeSides(path);
}
