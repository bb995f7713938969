/**
 * Settings: flag > environment > pidge.toml > default of the mode. This is the one file that reads the environment;
 * rooms are given values. Everything wrong is collected and told at once, each with its place, what was received and
 * what is allowed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AlertSettings, readAlertSettings } from './config-alerts.ts';
import { type ChannelConfig, readChannels } from './config-channels.ts';
import { CONNECTOR_SECRETS, type ConnectorSetting, readConnectors } from './config-connectors.ts';
import { type ConsoleConfig, readConsole } from './config-console.ts';
import { type EsmeConfig, readEsmes } from './config-esme.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { makeRead, reportUnknown, type WrittenSetting } from './config-find.ts';
import { type InboundConfig, readInbound } from './config-inbound.ts';
import { KEYS, type Mode, TABLES } from './config-keys.ts';
import { type MediaSettings, mediaProblems, readMediaSettings } from './config-media.ts';
import { judgeNetworks } from './config-networks.ts';
import { poolProblems, readNumberPools } from './config-pools.ts';
import { type RetentionSettings, readRetention, retentionProblems } from './config-retention.ts';
import { type RoutingConfig, readRouting, routingProblems } from './config-routes.ts';
import { isPostgres, readValue, shown, type Value } from './config-values.ts';
import { formatAddress, parseSender } from './domain/address.ts';
import { nearest } from './domain/nearest.ts';
import type { NumberPool } from './domain/number-pools.ts';
import type { PriceTable } from './domain/prices.ts';
import { type LinkDomainSetting, linkDomainFrom, linkDomainProblems } from './link-domains.ts';
import { isLoopback } from './loopback.ts';

export type { Mode } from './config-keys.ts';

/** Segments a second; `null`: not paced; `twilio`: Twilio's figure for the type of sender. */
export type Rate = number | null | 'twilio';

/** A trial account texts verified numbers only. */
export type AccountType = 'trial' | 'full';

/** What a node does; `all` is written out here. */
export type Role = 'api' | 'dispatch' | 'callbacks';
const ROLES: readonly Role[] = ['api', 'dispatch', 'callbacks'];

export interface NumberSetting {
  /** E.164 or short code. */
  number: string;
  /** `undefined`: the default rate. */
  rate?: Rate;
  kind?: 'long-code' | 'toll-free' | 'mobile';
  /** Whether it can send MMS; `undefined`: as its kind can. */
  mms?: boolean;
  /** Everything else as on the wire: `sms_url`, `friendly_name` and so on. */
  properties: Record<string, string>;
}

export interface SenderSetting {
  /** Short code, alphanumeric sender, or an address with a channel. */
  address: string;
  rate?: Rate;
  properties: Record<string, string>;
}

export interface Config extends RoutingConfig {
  mode: Mode;
  http: {
    port: number;
    host: string;
    publicUrl: string | null;
    socketsPerAddress: number;
    /** CIDRs. */
    trustedProxies: string[];
  };
  /** Folder of the database and, in `dev`, of the key file. */
  data: string;
  /** Path of the SQLite file, `:memory:`, or the URL of a PostgreSQL; shown only through `withoutPassword`. */
  database: string;
  store: { acceptLoss: boolean };
  node: { roles: Role[] };
  strictness: 'strict' | 'lenient';
  /** Text the master key is derived from; `null` until a mode has made one. */
  secretKey: string | null;
  console: ConsoleConfig;
  auth: { accountSid: string | null; authToken: string | null; accountType: AccountType };
  webhooks: { allowPrivate: string[]; giveUpAfterMs: number; inFlight: number };
  limits: {
    defaultRate: Rate;
    queueHorizonMs: number;
    maxPrice: 'ignore' | 'enforce';
    /** ISO 3166 codes that may be texted; `null`: all. */
    allowedCountries: string[] | null;
    /** ISO 3166 codes of countries that get MMS. */
    mmsCountries: string[];
    scheduleMinLeadMs: number;
    scheduleMaxLeadMs: number;
  };
  messages: { defaultService: 'default' | 'null' };
  media: MediaSettings;
  privacy: { sealBodies: boolean };
  retention: RetentionSettings;
  alerts: AlertSettings;
  inbound: InboundConfig;
  channels: ChannelConfig;
  /** Of `[[accounts]]`, by sid; the first account has that of `auth` when it is not among them. */
  accountTypes: ReadonlyMap<string, AccountType>;
  /** Of `[[accounts]]`: those that the operator has suspended. */
  suspendedAccounts: ReadonlySet<string>;
  prices: PriceTable;
  /** What `/Balance` answers, in micro-units. */
  balanceMicros: number;
  simulator: { submitAfterMs: number; receiptAfterMs: number };
  metrics: { token: string | null };
  log: { level: 'silent' | 'error' | 'warn' | 'info' | 'debug' };
  numbers: NumberSetting[];
  senders: SenderSetting[];
  linkDomains: LinkDomainSetting[];
  numberPools: NumberPool[];
  connectors: ConnectorSetting[];
  /** `null`: no SMPP server. */
  esmes: EsmeConfig | null;
  /** Where every setting was written. `file`: the name of the file there is. */
  written: { file: string | null; origins: WrittenSetting[] };
}

/** Wrong settings; `problems` holds one finished sentence each. The command line ends with 3. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export type Environment = Record<string, string | undefined>;

export interface ConfigSources {
  /** What the command says; without it environment and file decide, and `dev` is the default. */
  mode?: Mode;
  /** By path: `{ 'http.port': '7671' }`. Undefined ones are as good as absent. */
  flags?: Record<string, string | boolean | undefined>;
  env?: Environment;
  /** `null`: no file. Left out: `pidge.toml` of the working directory when there is one. */
  file?: { name: string; text: string } | null;
}

/** This process's environment, for the few things of the command line that are no settings (`NO_COLOR`). */
export function processEnvironment(): Environment {
  return process.env;
}

/** Reads every setting. Throws `ConfigError` with all that is wrong. */
export function readConfig(sources: ConfigSources = {}): Config {
  const problems: string[] = [];
  const origins: WrittenSetting[] = [];
  const { places, source } = openSources(sources, problems);
  const { file, fileName } = places;
  for (const { fields } of Object.values(file.tables).flat()) problems.push(...fields.flatMap((one) => one.problems));
  const read = makeRead(places, problems, origins);
  const byPath = new Map(KEYS.map((key) => [key.path, key]));
  const modeKey = byPath.get('mode');
  const mode = sources.mode ?? ((modeKey ? read(modeKey, 'dev') : 'dev') as Mode | null) ?? 'dev';
  if (sources.mode && modeKey) origins.push({ key: modeKey, origin: 'flag', where: 'the command', written: mode });
  const values = new Map(KEYS.filter((key) => key !== modeKey).map((key) => [key.path, read(key, key.default[mode])]));

  const config = {
    ...assemble(mode, values, file, fileName, problems),
    written: { file: source?.name ?? null, origins },
  };
  judge(config, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Where settings may stand; what stands there and is none goes into `problems`. */
export function openSources(sources: ConfigSources, problems: string[]) {
  const env = sources.env ?? process.env;
  const source = sources.file === undefined ? defaultFile() : sources.file;
  const fileName = source?.name ?? 'pidge.toml';
  const file: ConfigFile = source
    ? readConfigFile(source.name, source.text, env)
    : { entries: [], tables: {}, problems: [] };
  problems.push(...file.problems);
  reportUnknown(file, fileName, env, problems);
  return { places: { flags: sources.flags, env, file, fileName }, source };
}

function defaultFile(): ConfigSources['file'] {
  return existsSync('pidge.toml') ? { name: 'pidge.toml', text: readFileSync('pidge.toml', 'utf8') } : null;
}

/** Types are safe here because `readValue` has checked each by its key; a bad one left `null` and a problem. */
function assemble(
  mode: Mode,
  values: Map<string, Value>,
  file: ConfigFile,
  fileName: string,
  problems: string[],
): Omit<Config, 'written'> {
  const get = <T>(path: string): T => (values.get(path) ?? null) as T;
  const data = get<string>('data') ?? '.pidge';
  const entries = (table: keyof typeof TABLES, needed: string) => readTable(table, needed, file, fileName, problems);
  const accounts = entries('accounts', 'sid');
  return {
    mode,
    http: {
      port: get('http.port'),
      host: get('http.host'),
      publicUrl: get('http.public_url'),
      socketsPerAddress: get('http.sockets_per_address'),
      trustedProxies: get<string[] | null>('http.trusted_proxies') ?? [],
    },
    data,
    database: get<string | null>('database') ?? join(data, `${mode}.db`),
    store: { acceptLoss: get('store.accept_loss') },
    node: { roles: rolesOf(get<string[] | null>('node.roles')) },
    strictness: get('strictness'),
    secretKey: get('secret_key'),
    console: readConsole(get, entries('console.users', 'name'), problems),
    auth: {
      accountSid: get('auth.account_sid'),
      authToken: get('auth.auth_token'),
      accountType: get('auth.account_type'),
    },
    webhooks: {
      allowPrivate: get<string[] | null>('webhooks.allow_private') ?? [],
      giveUpAfterMs: get('webhooks.give_up_after'),
      inFlight: get('webhooks.in_flight'),
    },
    limits: {
      defaultRate: get('limits.default_rate'),
      queueHorizonMs: get('limits.queue_horizon'),
      maxPrice: get('limits.max_price'),
      allowedCountries: get('limits.allowed_countries'),
      mmsCountries: get<string[] | null>('limits.mms_countries') ?? [],
      scheduleMinLeadMs: get('limits.schedule_min_lead'),
      scheduleMaxLeadMs: get('limits.schedule_max_lead'),
    },
    messages: { defaultService: get('messages.default_service') },
    media: readMediaSettings(get),
    privacy: { sealBodies: get('privacy.seal_bodies') },
    retention: readRetention(get, accounts),
    alerts: readAlertSettings(get, accounts),
    inbound: readInbound(get),
    channels: readChannels(get),
    accountTypes: accountTypesOf(accounts),
    suspendedAccounts: new Set(accounts.flatMap(({ sid, suspended }) => (suspended === true ? [sid as string] : []))),
    prices: {
      smsMicros: get('prices.sms'),
      mmsMicros: get('prices.mms'),
      inboundSmsMicros: get('prices.inbound_sms'),
      inboundMmsMicros: get('prices.inbound_mms'),
      channelMicros: { whatsapp: get('prices.whatsapp'), messenger: get('prices.messenger'), rcs: get('prices.rcs') },
      prefixes: entries('prices.destinations', 'prefix').map(({ prefix, sms, mms }) => ({
        prefix: prefix as string,
        ...(sms === undefined ? {} : { smsMicros: sms as number }),
        ...(mms === undefined ? {} : { mmsMicros: mms as number }),
      })),
    },
    balanceMicros: get('prices.balance'),
    simulator: { submitAfterMs: get('simulator.submit_after'), receiptAfterMs: get('simulator.receipt_after') },
    metrics: { token: get('metrics.token') },
    log: { level: get('log.level') },
    numbers: entries('numbers', 'number').map(({ number, rate, kind, mms, ...rest }) => ({
      number: number as string,
      ...(rate === undefined ? {} : { rate: rate as Rate }),
      ...(kind === undefined ? {} : { kind: kind as NumberSetting['kind'] }),
      ...(mms === undefined ? {} : { mms: mms as boolean }),
      properties: rest as Record<string, string>,
    })),
    senders: entries('senders', 'address').map(({ address, rate, ...rest }) => ({
      address: address as string,
      ...(rate === undefined ? {} : { rate: rate as Rate }),
      properties: rest as Record<string, string>,
    })),
    linkDomains: entries('link_domains', 'domain').map(linkDomainFrom),
    numberPools: readNumberPools(entries('number_pools', 'country'), mode),
    connectors: readConnectors(entries('connectors', 'kind'), problems),
    esmes: readEsmes(get, entries('smpp_users', 'system_id'), problems),
    ...readRouting(get, entries('routes', 'connector')),
  };
}

/** A value that was refused is `null`: who reads the entry knows that the key is there, and that all is said of it. */
function readTable(
  table: keyof typeof TABLES,
  needed: string,
  file: ConfigFile,
  fileName: string,
  problems: string[],
): Record<string, Value>[] {
  const types = TABLES[table];
  return (file.tables[table] ?? []).flatMap(({ line, fields }) => {
    const entry: Record<string, Value> = {};
    for (const field of fields) {
      const type = types[field.path];
      const where = `${fileName}:${field.line} ${table}.${field.path}`;
      if (type === undefined) {
        const meant = nearest(field.path, Object.keys(types));
        problems.push(`${where} is not a setting.${meant === null ? '' : ` Did you mean ${table}.${meant}?`}`);
        continue;
      }
      entry[field.path] = null;
      if (field.problems.length > 0) continue;
      const result = readValue(type, field.written);
      if ('value' in result) entry[field.path] = result.value;
      else
        problems.push(
          `${where} is ${shown(field.written, CONNECTOR_SECRETS.includes(field.path))}. Allowed: ${result.allowed}.`,
        );
    }
    if (typeof entry[needed] === 'string') return [entry];
    if (entry[needed] === undefined) problems.push(`${fileName}:${line} [[${table}]] needs ${needed}.`);
    return [];
  });
}

function accountTypesOf(accounts: Record<string, Value>[]): Map<string, AccountType> {
  return new Map(accounts.flatMap(({ sid, type }) => (type ? [[sid as string, type as AccountType]] : [])));
}

/** In the order of a walk, whichever order they are written in. */
function rolesOf(written: string[] | null): Role[] {
  return ROLES.filter((role) => written === null || written.includes('all') || written.includes(role));
}

function senderProblems({ numbers, senders }: Pick<Config, 'numbers' | 'senders'>): string[] {
  const written = [
    ...numbers.map(({ number }) => ['[[numbers]] number', number] as const),
    ...senders.map(({ address }) => ['[[senders]] address', address] as const),
  ];
  const seen = new Set<string>();
  return written.flatMap(([where, text]) => {
    const parsed = parseSender(text);
    if (!parsed)
      return [
        `${where} "${text}" is no sender. Allowed: E.164, a short code, 1 to 11 letters and digits, whatsapp:+….`,
      ];
    const address = formatAddress(parsed);
    if (seen.has(address)) return [`${where} "${text}" is there twice. Keep one of the two.`];
    seen.add(address);
    return [];
  });
}

/** What no single setting can tell. */
function judge(config: Config, problems: string[]): void {
  judgeNetworks('webhooks.allow_private', config.webhooks.allowPrivate, problems);
  judgeNetworks('http.trusted_proxies', config.http.trustedProxies, problems);
  if (config.strictness === 'lenient' && !isLoopback(config.http.host)) {
    problems.push(
      `--lenient takes any credentials, so only on loopback: http.host is "${config.http.host}", use 127.0.0.1.`,
    );
  }
  problems.push(...mediaProblems(config.media));
  // A mistyped scheme would become a folder of that name.
  if (config.database.includes('://') && !isPostgres(config.database)) {
    problems.push(
      'database is a URL of another kind. Allowed: a path, ":memory:", or postgres://user:password@host/name.',
    );
  }
  problems.push(...retentionProblems(config.retention));
  if (config.secretKey !== null && config.secretKey.length < 32) {
    problems.push(
      `secret_key (PIDGE_SECRET_KEY) has ${config.secretKey.length} characters, it needs 32. Make one: openssl rand -base64 32`,
    );
  }
  const { scheduleMinLeadMs, scheduleMaxLeadMs } = config.limits;
  if (scheduleMinLeadMs > scheduleMaxLeadMs) {
    problems.push(
      'limits.schedule_min_lead is longer than limits.schedule_max_lead: nothing could be scheduled. Correct one of them.',
    );
  }
  problems.push(...senderProblems(config));
  for (const { prefix } of config.prices.prefixes) {
    if (/^\+\d{1,15}$/.test(prefix)) continue;
    problems.push(`prices.destinations holds the prefix "${prefix}". Allowed: + and digits, such as "+44".`);
  }
  problems.push(...linkDomainProblems(config.linkDomains));
  problems.push(...poolProblems(config.numberPools), ...routingProblems(config, config.connectors));
  const sid = config.auth.accountSid;
  if (sid !== null && !/^AC[0-9a-fA-F]{32}$/.test(sid)) {
    problems.push(`auth.account_sid is "${sid}". Allowed: AC and 32 hexadecimal digits.`);
  }
}
