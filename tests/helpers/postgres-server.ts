/** A real PostgreSQL of the tests' own: a fresh cluster in a temporary folder, gone with the process at the latest. */
import { type ExecFileException, execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Binaries, findPostgres } from './postgres-binaries.ts';

const PREFIX = 'pidge-pg-';

/** Lines of `postgresql.conf`, over defaults that lose nothing. */
export type Settings = Record<string, string | number>;

/** `fast` rolls back and writes everything out; `immediate` is a crash. */
export type StopMode = 'fast' | 'immediate';

const DURABLE: Settings = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };
const SMALL: Settings = {
  max_connections: 200,
  shared_buffers: '64MB',
  listen_addresses: '127.0.0.1',
  timezone: 'UTC',
};
const CAUGHT_UP_WITHIN_MS = 30_000;
const running = new Set<PostgresServer>();
process.once('exit', () => {
  for (const server of running) server.endNow();
});

/** Throws when no server is installed: ask `findPostgres` or `whyNoPostgres` first. */
export async function startServer({ settings = {} }: { settings?: Settings } = {}): Promise<PostgresServer> {
  const found = findPostgres();
  if ('missing' in found) throw new Error(found.missing);
  sweep();
  const server = new PostgresServer(found, await freePort(), randomBytes(12).toString('hex'), settings);
  try {
    await server.create();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/**
 * An empty database, or a copy of another that nobody is connected to, on the server that `superuser` names. Answers
 * its url, which is that of its owner, an ordinary user with the same password.
 */
export async function createDatabase(
  superuser: string,
  name = `t${randomBytes(6).toString('hex')}`,
  template = 'template1',
): Promise<string> {
  await query(superuser, `create database "${name}" owner pidge template "${template}"`);
  const url = new URL(superuser);
  url.username = 'pidge';
  url.pathname = name;
  return url.href;
}

export class PostgresServer {
  readonly port: number;
  readonly #binaries: Binaries;
  readonly #password: string;
  readonly #settings: Settings;
  /** Holds the data, the log and the Unix socket. */
  readonly #folder = mkdtempSync(join(tmpdir(), PREFIX));
  readonly #standbys: PostgresServer[] = [];
  #paused: number[] = [];

  constructor(binaries: Binaries, port: number, password: string, settings: Settings) {
    this.#binaries = binaries;
    this.port = port;
    this.#password = password;
    this.#settings = settings;
    writeFileSync(join(this.#folder, 'owner'), String(process.pid));
    if (binaries.runAs) chownSync(this.#folder, binaries.runAs.uid, binaries.runAs.gid);
    running.add(this);
  }

  /** Of the database `postgres`, as superuser. */
  get url(): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.port}/postgres`;
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  /** Makes the cluster and its ordinary user `pidge`, and starts it. */
  async create(): Promise<void> {
    const passwordFile = join(this.#folder, 'password');
    this.#write(passwordFile, this.#password);
    const auth = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--username=postgres'];
    await this.#run('initdb', [`--pgdata=${this.#data}`, '--no-sync', '--encoding=UTF8', '--locale=C', ...auth]);
    this.#configure();
    await this.start();
    await this.query(`create role pidge login password '${this.#password}'`);
  }

  createDatabase(name?: string, template?: string): Promise<string> {
    return createDatabase(this.url, name, template);
  }

  /** One statement as superuser, on a connection of its own. */
  query<Row extends Record<string, unknown>>(sql: string): Promise<Row[]> {
    return query<Row>(this.url, sql);
  }

  /** Resolves when it takes connections, after whatever recovery it needs. */
  async start(): Promise<void> {
    await this.#run('pg_ctl', ['start', '-w', '-D', this.#data, '-l', join(this.#folder, 'log')]);
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    this.resume();
    await this.#run('pg_ctl', ['stop', '-w', '-D', this.#data, '-m', mode]);
  }

  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  /** Cuts every connection of clients; answers how many. */
  async terminateBackends(): Promise<number> {
    const [row] = await this.query<{ cut: number }>(
      `select count(pg_terminate_backend(pid))::int as cut from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return row?.cut ?? 0;
  }

  /** Stops every one of its processes where it stands: connections stay open, nothing answers. */
  async pause(): Promise<void> {
    const client = await connect(this.url);
    const postmaster = this.#postmaster();
    if (postmaster === null) throw new Error('The server is not running');
    // The postmaster first, so that nothing is born while the others are counted.
    this.#signal([postmaster], 'SIGSTOP');
    const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity');
    this.#signal(
      rows.map(({ pid }) => pid),
      'SIGSTOP',
    );
    // Its own backend sleeps too and would never answer a polite end.
    client.on('error', () => undefined);
    client.connection.stream.destroy();
  }

  /** Does nothing when it is not paused. */
  resume(): void {
    for (const pid of this.#paused.splice(0)) kill(pid, 'SIGCONT');
  }

  /** Makes a standby a primary; resolves when it takes writes. */
  async promote(): Promise<void> {
    await this.#run('pg_ctl', ['promote', '-w', '-D', this.#data]);
  }

  /**
   * A streaming copy on a port of its own, closed with its primary. Once it is synchronous, a commit waits for it, and
   * waits for ever when it is gone.
   */
  async makeStandby({ synchronous = true }: { synchronous?: boolean } = {}): Promise<PostgresServer> {
    const standby = new PostgresServer(this.#binaries, await freePort(), this.#password, this.#settings);
    this.#standbys.push(standby);
    const name = `standby${this.#standbys.length}`;
    const primary = `${this.url}?application_name=${name}`;
    await this.#run('pg_basebackup', ['-D', standby.#data, '-d', primary, '-R', '-X', 'stream', '-c', 'fast', '-N']);
    standby.#configure();
    await standby.start();
    const wanted = synchronous ? 'sync' : 'async';
    if (synchronous) {
      await this.query(`alter system set synchronous_standby_names = '${name}'`);
      await this.query('select pg_reload_conf()');
    }
    await this.#reached(
      `select from pg_stat_replication where application_name = '${name}' and sync_state = '${wanted}'`,
    );
    return standby;
  }

  /** Ends it and its standbys, and removes every trace of them. */
  async close(): Promise<void> {
    for (const standby of this.#standbys) await standby.close();
    // Nothing of it is wanted any more: no reason to write it all out first.
    if (this.#postmaster() !== null) await this.stop('immediate');
    this.endNow();
  }

  /** The same without waiting, for a process that is ending. */
  endNow(): void {
    running.delete(this);
    const postmaster = this.#postmaster();
    this.resume();
    if (postmaster !== null) kill(postmaster, 'SIGQUIT');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The whole of `postgresql.conf`; what a copy brought along is replaced. */
  #configure(): void {
    const given: Settings = { ...DURABLE, ...SMALL, port: this.port, unix_socket_directories: this.#folder };
    const lines = Object.entries({ ...given, ...this.#settings }).map(([key, value]) => `${key} = '${value}'\n`);
    this.#write(join(this.#data, 'postgresql.conf'), lines.join(''));
  }

  #write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o600 });
    const { runAs } = this.#binaries;
    if (runAs) chownSync(path, runAs.uid, runAs.gid);
  }

  async #reached(sql: string): Promise<void> {
    const limit = performance.now() + CAUGHT_UP_WITHIN_MS;
    while ((await this.query(sql)).length === 0) {
      if (performance.now() > limit) throw new Error(`Never came true within ${CAUGHT_UP_WITHIN_MS} ms: ${sql}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #postmaster(): number | null {
    const file = join(this.#data, 'postmaster.pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null;
  }

  #signal(pids: number[], signal: NodeJS.Signals): void {
    for (const pid of pids) kill(pid, signal);
    this.#paused.push(...pids);
  }

  async #run(program: string, args: string[]): Promise<void> {
    const options = { cwd: this.#folder, env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...this.#binaries.runAs };
    await new Promise<void>((resolve, reject) => {
      const done = (error: ExecFileException | null, _out: string, text: string): void => {
        if (error) reject(new Error(`${program} ${args[0]}: ${text}${this.#lastWords()}`, { cause: error }));
        else resolve();
      };
      execFile(join(this.#binaries.bin, program), args, options, done);
    });
  }

  #lastWords(): string {
    const log = join(this.#folder, 'log');
    return existsSync(log) ? `\n${readFileSync(log, 'utf8').slice(-2_000)}` : '';
  }
}

/**
 * Below the ports that systems give to outgoing connections (32 768 and up): while the server is down, none of those may
 * take its port, nor a client of ours end up connected to itself.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

async function query<Row extends Record<string, unknown>>(url: string, sql: string): Promise<Row[]> {
  const client = await connect(url);
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/**
 * Removes what tests left behind that were killed themselves. A server whose folder is gone notices within a minute, and
 * ends.
 */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    try {
      process.kill(Number(readFileSync(join(folder, 'owner'), 'utf8')), 0);
    } catch (error) {
      // ESRCH alone says that its owner is dead; it may also be young, or somebody else's.
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') rmSync(folder, { recursive: true, force: true });
    }
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself: all one could wish for.
  }
}
