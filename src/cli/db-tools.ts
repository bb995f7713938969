import { spawn } from 'node:child_process';
import { type Environment, processEnvironment } from '../config.ts';
import { hostsOf } from '../store/postgres/pg-driver.ts';
import { CliError, EXIT } from './exit.ts';

/** PostgreSQL's own programs. What they need to know of the database goes through their environment, never in `ps`. */

/** Parameters of a URL and the variables by which libpq knows them. */
const PARAMETERS: Record<string, string> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  sslmode: 'PGSSLMODE',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslrootcert: 'PGSSLROOTCERT',
  options: 'PGOPTIONS',
};

/** The variables that lead libpq to the database of `url`; of several hosts, to the one that takes writes. */
export function libpqEnvironment(url: string): Environment {
  const urls = hostsOf(url).map((one) => new URL(one));
  const [first] = urls;
  if (!first) return {};
  const environment: Environment = { PGTARGETSESSIONATTRS: 'read-write', PGAPPNAME: 'pidge' };
  const set = (name: string, value: string): void => {
    if (value !== '') environment[name] = value;
  };
  set('PGHOST', urls.map((one) => one.hostname.replace(/^\[(.*)\]$/, '$1')).join(','));
  set('PGPORT', urls.map((one) => one.port || '5432').join(','));
  set('PGUSER', decodeURIComponent(first.username));
  set('PGPASSWORD', decodeURIComponent(first.password));
  set('PGDATABASE', decodeURIComponent(first.pathname.slice(1)));
  for (const [parameter, name] of Object.entries(PARAMETERS)) set(name, first.searchParams.get(parameter) ?? '');
  // A word of `pg` alone: encrypted, unchecked.
  if (environment.PGSSLMODE === 'no-verify') environment.PGSSLMODE = 'require';
  return environment;
}

/** What a person types to do the same elsewhere, without the password. */
export function commandFor(program: string, args: string[], url: string): string {
  const { PGHOST, PGPORT, PGUSER, PGDATABASE } = libpqEnvironment(url);
  const place = [
    PGHOST && `--host=${PGHOST}`,
    PGPORT && `--port=${PGPORT}`,
    PGUSER && `--username=${PGUSER}`,
    PGDATABASE && `--dbname=${PGDATABASE}`,
  ];
  return [program, ...place.filter(Boolean), ...args].join(' ');
}

/** Runs a program to its end and answers its output. Its own words become the error. */
export async function runTool(program: string, args: string[], url: string): Promise<string> {
  const child = spawn(program, args, {
    env: { ...processEnvironment(), ...libpqEnvironment(url) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Whatever ends us ends it: nobody would read on.
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = await new Promise<number | NodeJS.ErrnoException>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code) => resolve(code ?? EXIT.bug));
  });
  process.off('exit', stop);
  if (ended === 0) return out;
  if (ended instanceof Error) {
    if (ended.code !== 'ENOENT') throw ended;
    throw new CliError(
      EXIT.config,
      `${program} is not installed here. It comes with PostgreSQL's client programs; where they are, run:\n  ${commandFor(program, args, url)}`,
    );
  }
  throw new CliError(EXIT.config, `${program} ended with ${ended}. It says:\n${indented(errors)}`);
}

function indented(text: string): string {
  return text.trim().replaceAll(/^/gm, '  ');
}
