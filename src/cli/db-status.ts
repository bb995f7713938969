import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ConfigSources } from '../config.ts';
import { isPostgres, withoutPassword } from '../config-values.ts';
import { realClock } from '../domain/clock.ts';
import { aliveNodes } from '../store/postgres/nodes.ts';
import { PgDriver } from '../store/postgres/pg-driver.ts';
import { codeOf, openReadOnly } from '../store/sqlite-file.ts';
import type { NodeRecord, StoreStats } from '../store/store.ts';
import { type SchemaState, schemaOf } from './db-migrate.ts';
import { demandFile, onDatabase, openReader, storeConfig } from './db-place.ts';
import { grouped, sizeOf, spanOf } from './db-progress.ts';
import { EXIT } from './exit.ts';
import { print } from './terminal.ts';

const BUSY = 5;

/** What only an engine knows. `nodes`: those alive; on SQLite a server is known by its lock alone. */
interface EngineState {
  engine: string;
  sizeBytes: number;
  inUse: boolean;
  nodes: NodeRecord[];
  /** The store's own time, epoch ms. */
  now: number;
}

interface DatabaseStatus extends EngineState {
  database: string;
  schema: SchemaState;
  /** `null` while the schema is not the present one. */
  stats: StoreStats | null;
  risk: string | null;
}

/** Tells how the store is, beside running servers too, changing nothing. */
export async function status(sources: ConfigSources, options: { json: boolean }): Promise<number> {
  const { database } = storeConfig(sources);
  const found = await onDatabase(database, () => look(database));
  if (options.json) print(JSON.stringify(found));
  else for (const line of statusLines(found)) print(line);
  return EXIT.ok;
}

async function look(database: string): Promise<DatabaseStatus> {
  if (!isPostgres(database)) demandFile(database);
  const schema = await schemaOf(database);
  const isPresent = schema.pending.length === 0;
  const state = isPostgres(database) ? await lookAtPostgres(database, isPresent) : lookAtFile(database);
  const named = { database: withoutPassword(database), schema, ...state };
  if (!isPresent) return { ...named, stats: null, risk: null };
  const reader = await openReader(database);
  try {
    return { ...named, stats: await reader.stats(), risk: await reader.risk() };
  } finally {
    await reader.close();
  }
}

function lookAtFile(path: string): EngineState {
  const db = openReadOnly(path);
  try {
    const [version] = Object.values(db.prepare('select sqlite_version()').get() ?? {});
    const files = [path, `${path}-wal`].filter((file) => existsSync(file));
    return {
      engine: `SQLite ${version}`,
      sizeBytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
      inUse: isLocked(path),
      nodes: [],
      now: realClock.now(),
    };
  } finally {
    db.close();
  }
}

/** Whether a server holds the file. Asked for a moment and with a shared lock, so that no start trips over it. */
function isLocked(path: string): boolean {
  const lockPath = `${path}.lock`;
  if (!existsSync(lockPath)) return false;
  const lock = new DatabaseSync(lockPath, { readOnly: true, timeout: 0 });
  try {
    lock.prepare('select count(*) from sqlite_master').get();
    return false;
  } catch (error) {
    if ((codeOf(error) ?? 0) % 256 !== BUSY) throw error;
    return true;
  } finally {
    lock.close();
  }
}

async function lookAtPostgres(url: string, isPresent: boolean): Promise<EngineState> {
  const connection = await new PgDriver(url).connect('scan');
  try {
    const [row] = await connection.query(`select current_setting('server_version'),
      pg_database_size(current_database()), (extract(epoch from clock_timestamp()) * 1000)::bigint`);
    const now = row?.[2] as number;
    const nodes = isPresent ? await aliveNodes(connection, now) : [];
    const engine = `PostgreSQL ${String(row?.[0])}`;
    return { engine, sizeBytes: row?.[1] as number, inUse: nodes.length > 0, nodes, now };
  } finally {
    await connection.close();
  }
}

function statusLines(found: DatabaseStatus): string[] {
  const { applied, pending } = found.schema;
  const schema = pending.length === 0 ? 'up to date' : `pending ${pending.join(', ')}: pidge db migrate`;
  const rows: [string, string][] = [
    ['database', found.database],
    ['engine', found.engine],
    ['schema', applied.length === 0 ? `none yet: pidge db migrate` : `${applied.at(-1)}, ${schema}`],
    ['size', sizeOf(found.sizeBytes)],
    ...(found.stats ? statsRows(found.stats, found.now) : []),
    ['in use', usageOf(found)],
    ...found.nodes.map((node): [string, string] => ['  node', nodeLine(node)]),
    ...(found.stats ? [['risk', found.risk ?? 'none: what is acknowledged is durable'] as [string, string]] : []),
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}`);
}

function statsRows(stats: StoreStats, now: number): [string, string][] {
  const byStatus = Object.entries(stats.messagesByStatus).sort(([, a], [, b]) => b - a);
  const total = byStatus.reduce((sum, [, count]) => sum + count, 0);
  const parts = byStatus.map(([status, count]) => `${status} ${grouped(count)}`);
  const { oldestDueAt } = stats;
  const due =
    oldestDueAt === null ? '' : `, oldest due ${dueIn(oldestDueAt - now)} (${new Date(oldestDueAt).toISOString()})`;
  return [
    ['messages', [grouped(total), ...parts].join('  ')],
    ['open work', `${openWork(stats)}${due}`],
    ['parked', `${grouped(stats.parkedReceipts)} receipts`],
  ];
}

/** What every message passes through is always told, the rest when there is any. */
function openWork(stats: StoreStats): string {
  const always: [number, string][] = [
    [stats.sendsDue, 'sends'],
    [stats.callbacksDue, 'callbacks'],
  ];
  const others: [number, string][] = [
    [stats.releasesDue, 'releases'],
    [stats.fetchesDue, 'fetches of media'],
    [stats.repliesDue, 'replies'],
    [stats.noticesDue, 'confirmations of keywords'],
    [stats.esmesDue, 'receipts and texts for ESMEs'],
  ];
  const told = [...always, ...others.filter(([count]) => count > 0)];
  return told.map(([count, what]) => `${grouped(count)} ${what}`).join(', ');
}

function dueIn(ms: number): string {
  return ms > 0 ? `in ${spanOf(ms)}` : `${spanOf(-ms)} ago`;
}

function usageOf({ engine, inUse, nodes }: DatabaseStatus): string {
  if (!inUse) return 'by no server';
  return engine.startsWith('SQLite')
    ? 'by a running server'
    : `by ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;
}

function nodeLine({ address, roles, connectors, owner }: NodeRecord): string {
  return [address, `roles ${roles.join(',')}`, `connectors ${connectors.join(',') || 'none'}`, owner].join('  ');
}
