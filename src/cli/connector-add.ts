/** `pidge connector add`: an entry of `[[connectors]]` at the end of the settings file. Nothing that is there is touched. */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { ConfigError, processEnvironment, readConfig } from '../config.ts';
import { CliError, EXIT } from './exit.ts';
import { print, tell } from './terminal.ts';

export interface AddOptions {
  config?: string;
  name?: string;
  host?: string;
  port?: string;
  systemId?: string;
  passwordEnv?: string;
  tls?: boolean;
  bind?: string;
  rate?: string;
  window?: string;
  json: boolean;
}

type Asked = 'name' | 'host' | 'port' | 'systemId' | 'passwordEnv';

const QUESTIONS: { field: Asked; flag: string; question: string }[] = [
  { field: 'name', flag: '--name', question: 'A name for it, like acme: ' },
  { field: 'host', flag: '--host', question: 'Host of the carrier: ' },
  { field: 'port', flag: '--port', question: 'Port: ' },
  { field: 'systemId', flag: '--system-id', question: 'system_id: ' },
  {
    field: 'passwordEnv',
    flag: '--password-env',
    question: 'Environment variable that will hold the password, like ACME_PASSWORD: ',
  },
];

/** Asks for what is missing on a terminal; elsewhere that is an error. */
export async function addConnector(options: AddOptions): Promise<number> {
  const path = options.config ?? 'pidge.toml';
  const answers = await answersTo(options);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(answers.passwordEnv)) {
    throw new CliError(
      EXIT.usage,
      `--password-env is "${answers.passwordEnv}". Allowed: the name of a variable, never the password.`,
    );
  }
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const entry = entryOf(answers, options);
  const gap = before === '' ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  const after = `${before}${gap}${entry}`;
  const known = new Set(problemsOf(path, before, answers.passwordEnv));
  const fresh = problemsOf(path, after, answers.passwordEnv).filter((problem) => !known.has(problem));
  if (fresh.length > 0) throw new CliError(EXIT.config, `${fresh.join('\n')}\n${path} is as it was.`);
  write(path, after);
  if (options.json) print(JSON.stringify({ file: path, name: answers.name }));
  else print(`${path} has the connector ${answers.name}.`);
  tell(`Set ${answers.passwordEnv}, then try it: pidge connector test ${answers.name}`);
  return EXIT.ok;
}

async function answersTo(options: AddOptions): Promise<Record<Asked, string>> {
  const missing = QUESTIONS.filter(({ field }) => options[field] === undefined);
  if (missing.length > 0 && process.stdin.isTTY !== true) {
    const flags = missing.map(({ flag }) => flag).join(', ');
    throw new CliError(EXIT.usage, `Without a terminal nobody can be asked: give ${flags} too.`);
  }
  const terminal = missing.length > 0 ? createInterface({ input: process.stdin, output: process.stderr }) : null;
  try {
    const answers: Partial<Record<Asked, string>> = {};
    for (const { field, question } of QUESTIONS) {
      answers[field] = options[field] ?? (await terminal?.question(question))?.trim() ?? '';
    }
    return answers as Record<Asked, string>;
  } finally {
    terminal?.close();
  }
}

function entryOf({ name, host, port, systemId, passwordEnv }: Record<Asked, string>, options: AddOptions): string {
  const { tls, bind, rate, window } = options;
  const text = (value: string) => JSON.stringify(value);
  // What is no number is written as a text, for the settings to refuse with what would do.
  const number = (value: string) => (/^\d{1,9}$/.test(value) ? value : text(value));
  const lines = [
    '[[connectors]]',
    'kind = "smpp"',
    `name = ${text(name)}`,
    `host = ${text(host)}`,
    `port = ${number(port)}`,
    ...(tls === undefined ? [] : [`tls = ${tls}`]),
    `system_id = ${text(systemId)}`,
    `password = "\${env:${passwordEnv}}"`,
    ...(bind === undefined ? [] : [`bind = ${text(bind)}`]),
    ...(rate === undefined ? [] : [`rate = ${number(rate)}`]),
    ...(window === undefined ? [] : [`window = ${number(window)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether the password is there already is of no matter here. */
function problemsOf(name: string, text: string, passwordEnv: string): string[] {
  const env = processEnvironment();
  try {
    readConfig({ mode: 'serve', file: { name, text }, env: { ...env, [passwordEnv]: env[passwordEnv] || 'unset' } });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Whole or not at all, with the rights that it had. */
function write(path: string, text: string): void {
  const mode = existsSync(path) ? statSync(path).mode & 0o777 : 0o600;
  const draft = `${path}.new`;
  try {
    writeFileSync(draft, text, { mode });
    renameSync(draft, path);
  } catch (error) {
    throw new CliError(EXIT.config, `${path} cannot be written: ${(error as Error).message}`);
  }
}
