/** `pidge connector add`: an entry of `[[connectors]]` at the end of the settings file. Nothing that is there is touched. */
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { processEnvironment } from '../config.ts';
import { CliError, EXIT } from './exit.ts';
import { freshProblems, writeSettings } from './settings-file.ts';
import { print, tell } from './terminal.ts';

type Kind = 'smpp' | 'http' | 'whatsapp' | 'simulated';

export interface AddOptions extends Partial<Record<Asked, string>> {
  kind?: Kind;
  config?: string;
  tls?: boolean;
  bind?: string;
  rate?: string;
  window?: string;
  json: boolean;
}

type Asked =
  | 'name'
  | 'host'
  | 'port'
  | 'systemId'
  | 'passwordEnv'
  | 'preset'
  | 'baseUrl'
  | 'username'
  | 'accessTokenEnv'
  | 'appSecretEnv'
  | 'verifyTokenEnv'
  | 'checkSecretEnv'
  | 'phoneNumber';

interface Field {
  field: Asked;
  key: string;
  flag: string;
  question: string;
  /** `env`: the name of a variable, written as a reference to it. */
  as?: 'number' | 'env' | 'list';
  /** Of this one alone it is needed. */
  preset?: string;
}

const NAME: Field = { field: 'name', key: 'name', flag: '--name', question: 'A name for it, like acme: ' };
const secret = (field: Asked, key: string, flag: string, what: string, like: string): Field => ({
  ...{ field, key, flag, as: 'env' },
  question: `Environment variable that will hold the ${what}, like ${like}: `,
});
const PASSWORD = secret('passwordEnv', 'password', '--password-env', 'password', 'ACME_PASSWORD');

const FIELDS: Record<Kind, readonly Field[]> = {
  smpp: [
    NAME,
    { field: 'host', key: 'host', flag: '--host', question: 'Host of the carrier: ' },
    { field: 'port', key: 'port', flag: '--port', question: 'Port: ', as: 'number' },
    { field: 'systemId', key: 'system_id', flag: '--system-id', question: 'system_id: ' },
    PASSWORD,
  ],
  http: [
    NAME,
    { field: 'preset', key: 'preset', flag: '--preset', question: 'Preset, twilio or android-sms-gateway: ' },
    { field: 'baseUrl', key: 'base_url', flag: '--base-url', question: 'Where it is, like https://api.acme.example: ' },
    { field: 'username', key: 'username', flag: '--username', question: 'Username, or the account’s SID: ' },
    PASSWORD,
    {
      ...secret('checkSecretEnv', 'check_secret', '--check-secret-env', 'signing key', 'PHONE_SIGNING_KEY'),
      preset: 'android-sms-gateway',
    },
  ],
  whatsapp: [
    NAME,
    secret('accessTokenEnv', 'access_token', '--access-token-env', 'access token', 'WHATSAPP_TOKEN'),
    secret('appSecretEnv', 'app_secret', '--app-secret-env', 'app secret', 'WHATSAPP_APP_SECRET'),
    secret('verifyTokenEnv', 'verify_token', '--verify-token-env', 'verify token', 'WHATSAPP_VERIFY_TOKEN'),
    {
      ...{ field: 'phoneNumber', key: 'phone_numbers', flag: '--phone-number', as: 'list' },
      question: 'Number and its id at WhatsApp, like +15550783881=106540352242922: ',
    },
  ],
  simulated: [NAME],
};

/** Asks for what is missing on a terminal; elsewhere that is an error. */
export async function addConnector(options: AddOptions): Promise<number> {
  const path = options.config ?? 'pidge.toml';
  const fields = FIELDS[options.kind ?? 'smpp'];
  const answers = await answersTo(fields, options);
  const variables = fields
    .filter(({ as, field }) => as === 'env' && answers.has(field))
    .map((one) => ({ ...one, name: answers.get(one.field) ?? '' }));
  const bad = variables.find(({ name }) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (bad) {
    const what = bad.key.replace('_', ' ');
    throw new CliError(EXIT.usage, `${bad.flag} is "${bad.name}". Allowed: the name of a variable, never the ${what}.`);
  }
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const entry = entryOf(fields, answers, options);
  const gap = before === '' ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  const after = `${before}${gap}${entry}`;
  const names = variables.map(({ name }) => name);
  const fresh = freshProblems(path, before, after, names);
  if (fresh.length > 0) throw new CliError(EXIT.config, `${fresh.join('\n')}\n${path} is as it was.`);
  writeSettings(path, after);
  const name = answers.get('name') ?? '';
  if (options.json) print(JSON.stringify({ file: path, name }));
  else print(`${path} has the connector ${name}.`);
  const environment = processEnvironment();
  const unset = [...new Set(names)].filter((variable) => !environment[variable]);
  tell(`${unset.length > 0 ? `Set ${unset.join(', ')}, then try` : 'Try'} it: pidge connector test ${name}`);
  return EXIT.ok;
}

async function answersTo(fields: readonly Field[], options: AddOptions): Promise<Map<Asked, string>> {
  const missing = fields.filter(
    ({ field, preset }) => options[field] === undefined && (preset === undefined || preset === options.preset),
  );
  if (missing.length > 0 && process.stdin.isTTY !== true) {
    const flags = missing.map(({ flag }) => flag).join(', ');
    throw new CliError(EXIT.usage, `Without a terminal nobody can be asked: give ${flags} too.`);
  }
  const terminal = missing.length > 0 ? createInterface({ input: process.stdin, output: process.stderr }) : null;
  try {
    const answers = new Map<Asked, string>();
    for (const { field, question, preset } of fields) {
      if (preset !== undefined && options[field] === undefined && answers.get('preset') !== preset) continue;
      answers.set(field, options[field] ?? (await terminal?.question(question))?.trim() ?? '');
    }
    return answers;
  } finally {
    terminal?.close();
  }
}

function entryOf(fields: readonly Field[], answers: ReadonlyMap<Asked, string>, options: AddOptions): string {
  const { kind = 'smpp', tls, bind, rate, window } = options;
  const lines = ['[[connectors]]', `kind = "${kind}"`];
  for (const { field, key, as } of fields.filter((one) => answers.has(one.field))) {
    lines.push(`${key} = ${writtenAs(as, answers.get(field) ?? '')}`);
    if (key === 'port' && tls !== undefined) lines.push(`tls = ${tls}`);
  }
  if (bind !== undefined) lines.push(`bind = ${JSON.stringify(bind)}`);
  if (rate !== undefined) lines.push(`rate = ${writtenAs('number', rate)}`);
  if (window !== undefined) lines.push(`window = ${writtenAs('number', window)}`);
  return `${lines.join('\n')}\n`;
}

function writtenAs(as: Field['as'], value: string): string {
  if (as === 'env') return `"\${env:${value}}"`;
  if (as === 'list') return `[${JSON.stringify(value)}]`;
  // What is no number is written as a text, for the settings to refuse with what would do.
  return as === 'number' && /^\d{1,9}$/.test(value) ? value : JSON.stringify(value);
}
