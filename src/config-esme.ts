/** The settings of the SMPP server: `[smpp_server]`, and `[[smpp_users]]`, one entry an ESME. */
import { judgeNetworks } from './config-networks.ts';
import { readPair } from './config-tls.ts';
import { isEsmeUser } from './domain/esme-address.ts';
import { ESME_DEFAULTS, type EsmeServerSettings, type EsmeUser, SERVER_DEFAULTS } from './esme/settings.ts';
import { isLoopback } from './loopback.ts';

/** As `config-values.ts` reads them. */
type Value = string | number | boolean | string[] | null;

/** Rows of the table of settings. */
export const ESME_KEYS = [
  {
    path: 'smpp_server.port',
    type: { kind: 'int', min: 0, max: 65_535 },
    default: { dev: null, serve: null },
    about: 'port on which SMPP clients may bind, 2775 as a rule, 3550 with TLS; unset: none, 0 takes a free one',
  },
  {
    path: 'smpp_server.host',
    type: { kind: 'string' },
    default: { dev: '127.0.0.1', serve: '127.0.0.1' },
    about: 'address that SMPP clients bind to; any but loopback needs tls_cert and tls_key, or plain',
  },
  {
    path: 'smpp_server.tls_cert',
    type: { kind: 'string' },
    default: { dev: null, serve: null },
    about: 'file of its certificate chain, PEM',
  },
  {
    path: 'smpp_server.tls_key',
    type: { kind: 'string' },
    default: { dev: null, serve: null },
    about: "file of that certificate's key, PEM",
  },
  {
    path: 'smpp_server.plain',
    type: { kind: 'bool' },
    default: { dev: false, serve: false },
    about: 'binds in the clear, also from other machines: passwords and texts can be read on the way',
  },
  {
    path: 'smpp_server.allow_from',
    type: { kind: 'list' },
    default: { dev: null, serve: null },
    about: 'networks (CIDR) that may connect; unset: all',
  },
  {
    path: 'smpp_server.sid_binds',
    type: { kind: 'bool' },
    default: { dev: true, serve: true },
    about: 'accounts and API keys may bind with their SID and token or secret',
  },
  {
    path: 'smpp_server.enquire_every',
    type: { kind: 'duration', maxMs: 3_600_000 },
    default: { dev: '30s', serve: '30s' },
    about: 'how long a bind may be quiet before it is asked for a sign of life',
  },
  {
    path: 'smpp_server.trace',
    type: { kind: 'enum', values: ['failures', 'all', 'off'] },
    default: { dev: 'failures', serve: 'failures' },
    about: 'which PDUs of ESMEs are kept to be looked at: failures, all or off',
  },
] as const;

/** Keys of one entry. */
export const ESME_USER_KEYS = {
  system_id: { kind: 'string' },
  password: { kind: 'string' },
  account: { kind: 'string' },
  messaging_service: { kind: 'string' },
  allow_from: { kind: 'list' },
  window: { kind: 'int', min: 1, max: 100_000 },
  rate: { kind: 'rate', of: 'submits' },
  binds: { kind: 'int', min: 1, max: 100 },
  deliver_window: { kind: 'int', min: 1, max: 1_000 },
  concatenation: { kind: 'enum', values: ['udh-8', 'udh-16', 'sar', 'payload'] },
  ascii_as: { kind: 'enum', values: ['auto', 'ASCII', 'GSM-7'] },
  short_code_ton: { kind: 'int', min: 0, max: 255 },
  short_code_npi: { kind: 'int', min: 0, max: 255 },
} as const;

/** `accountSid` of a user is `null` for the first account. Parts wait as inbound ones do. */
export type EsmeConfig = Omit<EsmeServerSettings, 'users' | 'partsWaitMs'> & {
  users: { user: Omit<EsmeUser, 'accountSid'> & { accountSid: string | null }; password: string }[];
};

/** `null`: there is no SMPP server. No problem holds a password. */
export function readEsmes(
  get: <T>(path: string) => T,
  entries: Record<string, Value>[],
  problems: string[],
): EsmeConfig | null {
  const port = get<number | null>('smpp_server.port');
  const users = entries.map((entry) => readUser(entry, problems));
  const names = users.map(({ user }) => user.name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push(`Two [[smpp_users]] have the system_id "${name}". Give each its own.`);
  }
  const allowFrom = get<string[] | null>('smpp_server.allow_from');
  judgeNetworks('smpp_server.allow_from', allowFrom, problems);
  if (port === null) {
    if (users.length > 0) problems.push('[[smpp_users]] need smpp_server.port, on which they bind.');
    return null;
  }
  return {
    ...SERVER_DEFAULTS,
    port,
    host: get('smpp_server.host'),
    tls: readTls(get, problems),
    allowFrom,
    sidBinds: get('smpp_server.sid_binds'),
    enquireMs: get('smpp_server.enquire_every'),
    trace: get('smpp_server.trace'),
    users,
  };
}

function readUser(entry: Record<string, Value>, problems: string[]): EsmeConfig['users'][number] {
  const get = <T>(key: keyof typeof ESME_USER_KEYS, fallback: T): T => (entry[key] as T | undefined) ?? fallback;
  const name = get('system_id', '');
  if (!isEsmeUser(name) || name.length > 15) {
    problems.push(`smpp_users.system_id is "${name}". Allowed: 1 to 15 letters, digits, "_", "." and "-".`);
  }
  const password = get('password', '');
  // SMPP 3.4 has room for 8; what is longer fits where both sides know how to count further.
  const isPassword = password.length <= 64 && /^[\x20-\x7e]+$/.test(password);
  if (entry.password !== null && !isPassword) {
    problems.push(`smpp_users.password of "${name}" needs 1 to 64 ASCII characters; many ESMEs send 8 at most.`);
  }
  const accountSid = get<string | null>('account', null);
  if (accountSid !== null && !/^AC[0-9a-f]{32}$/.test(accountSid)) {
    problems.push(`smpp_users.account of "${name}" is "${accountSid}". Allowed: AC and 32 hexadecimal digits.`);
  }
  const serviceSid = get<string | null>('messaging_service', null);
  if (serviceSid !== null && !/^MG[0-9a-f]{32}$/.test(serviceSid)) {
    problems.push(`smpp_users.messaging_service of "${name}" is "${serviceSid}". Allowed: MG and 32 hex digits.`);
  }
  const allowFrom = get<string[] | null>('allow_from', null);
  judgeNetworks(`smpp_users.allow_from of "${name}"`, allowFrom, problems);
  const user = {
    ...ESME_DEFAULTS,
    name,
    accountSid,
    serviceSid,
    allowFrom,
    window: get<number>('window', ESME_DEFAULTS.window),
    ratePerSecond: get<number | null>('rate', null),
    binds: get<number>('binds', ESME_DEFAULTS.binds),
    deliverWindow: get<number>('deliver_window', ESME_DEFAULTS.deliverWindow),
    concatenation: get<EsmeUser['concatenation']>('concatenation', ESME_DEFAULTS.concatenation),
    asciiAs: get<EsmeUser['asciiAs']>('ascii_as', ESME_DEFAULTS.asciiAs),
    shortCode: {
      ton: get<number>('short_code_ton', ESME_DEFAULTS.shortCode.ton),
      npi: get<number>('short_code_npi', ESME_DEFAULTS.shortCode.npi),
    },
  };
  return { user, password };
}

function readTls(get: <T>(path: string) => T, problems: string[]): EsmeServerSettings['tls'] {
  const certPath = get<string | null>('smpp_server.tls_cert');
  const keyPath = get<string | null>('smpp_server.tls_key');
  const host = get<string>('smpp_server.host');
  if (certPath === null && keyPath === null) {
    if (!isLoopback(host) && !get<boolean>('smpp_server.plain')) {
      problems.push(
        `smpp_server.host is "${host}", so others can reach it: give smpp_server.tls_cert and tls_key, or plain = true.`,
      );
    }
    return null;
  }
  if (certPath === null || keyPath === null) {
    problems.push('smpp_server needs both of tls_cert and tls_key, or neither.');
    return null;
  }
  return readPair(
    { setting: 'smpp_server.tls_cert', path: certPath },
    { setting: 'smpp_server.tls_key', path: keyPath },
    problems,
  );
}
