/** The settings of connectors: `[[connectors]]`, one entry a carrier. */
import { HTTP_KEYS, readHttpCarrier } from './config-http-carrier.ts';
import { CONNECTOR_RULE_KEYS, type ConnectorRule, readRule } from './config-routes.ts';
import { readAuthorities } from './config-tls.ts';
import { readWhatsApp, WHATSAPP_KEYS } from './config-whatsapp.ts';
import type { HttpMapping } from './connectors/http-carrier/mapping.ts';
import { SMPP_DEFAULTS, type SmppSettings } from './connectors/smpp/settings.ts';
import type { WhatsAppSettings } from './connectors/whatsapp/settings.ts';

/** As `config-values.ts` reads them. */
type Value = string | number | boolean | string[] | null;

export type ConnectorSetting = Partial<ConnectorRule> & ConnectorKindSetting;

type ConnectorKindSetting =
  | { kind: 'simulated'; name: string }
  | { kind: 'smpp'; name: string; smpp: SmppSettings }
  | { kind: 'whatsapp'; name: string; whatsapp: WhatsAppSettings }
  | { kind: 'http'; name: string; http: HttpMapping };

/** Keys of `kind = "smpp"`, some of which others have too. */
const SMPP_KEYS = {
  host: { kind: 'string' },
  port: { kind: 'int', min: 1, max: 65_535 },
  tls: { kind: 'bool' },
  tls_ca: { kind: 'string' },
  tls_server_name: { kind: 'string' },
  system_id: { kind: 'string' },
  password: { kind: 'string' },
  system_type: { kind: 'string' },
  bind: { kind: 'enum', values: ['transceiver', 'pair', 'transmitter', 'receiver'] },
  binds: { kind: 'int', min: 1, max: 16 },
  window: { kind: 'int', min: 1, max: 1_000 },
  rate: { kind: 'rate', of: 'PDUs' },
  short_code_ton: { kind: 'int', min: 0, max: 255 },
  short_code_npi: { kind: 'int', min: 0, max: 255 },
  country_code: { kind: 'string' },
  service_type: { kind: 'string' },
  validity: { kind: 'enum', values: ['relative', 'absolute', 'none'] },
  registered_delivery: { kind: 'int', min: 0, max: 255 },
  default_alphabet: { kind: 'enum', values: ['GSM-7', 'GSM-7 packed', 'Latin-1'] },
  concatenation: { kind: 'enum', values: ['udh-8', 'udh-16', 'sar', 'payload'] },
  receipt_ids: { kind: 'enum', values: ['auto', 'same', 'decimal', 'hex'] },
  receipts_by_text: { kind: 'bool' },
  zone_minutes: { kind: 'int', min: -840, max: 840 },
  enquire_every: { kind: 'duration', maxMs: 3_600_000 },
  bind_timeout: { kind: 'duration', maxMs: 60_000 },
  // With the wait in the queue (10 s) and a margin within the minute that a claim lasts.
  response_timeout: { kind: 'duration', maxMs: 40_000 },
  throttle_backoff: { kind: 'duration', maxMs: 8_000 },
  trace: { kind: 'enum', values: ['all', 'failures', 'off'] },
} as const;

/** Keys of one entry, whatever its kind. */
export const CONNECTOR_KEYS = {
  kind: { kind: 'enum', values: ['simulated', 'smpp', 'whatsapp', 'http'] },
  name: { kind: 'string' },
  ...CONNECTOR_RULE_KEYS,
  ...SMPP_KEYS,
  ...WHATSAPP_KEYS,
  ...HTTP_KEYS,
} as const;

/** What no error text may show. */
export const CONNECTOR_SECRETS: readonly string[] = [
  'password',
  'access_token',
  'app_secret',
  'verify_token',
  'check_secret',
  'headers',
];

const KEYS_BY_KIND: Record<ConnectorSetting['kind'], readonly string[]> = {
  simulated: [],
  smpp: Object.keys(SMPP_KEYS),
  whatsapp: [...Object.keys(WHATSAPP_KEYS), 'window', 'response_timeout'],
  http: [...Object.keys(HTTP_KEYS), 'password', 'country_code', 'window', 'response_timeout'],
};

/** The connectors as written. What no single key can tell goes into `problems`; no text holds a password. */
export function readConnectors(entries: Record<string, Value>[], problems: string[]): ConnectorSetting[] {
  const settings = entries.map((entry) => readConnector(entry, problems));
  const names = settings.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push(`Two connectors are named "${name}". Give each a name of its own.`);
  }
  return settings.map((one, index) => ({ ...one, ...readRule(entries[index] ?? {}) }));
}

function readConnector(entry: Record<string, Value>, problems: string[]): ConnectorSetting {
  const kind = entry.kind as ConnectorSetting['kind'];
  const name = (entry.name as string | null | undefined) ?? kind;
  judgeKeys(entry, kind, name, problems);
  switch (kind) {
    case 'simulated':
      return { kind, name };
    case 'smpp':
      return { kind, name, smpp: readSmpp(entry, name, problems) };
    case 'whatsapp':
      return { kind, name, whatsapp: readWhatsApp(entry, name, problems) };
    case 'http':
      return { kind, name, http: readHttpCarrier(entry, name, problems) };
  }
}

function judgeKeys(entry: Record<string, Value>, kind: ConnectorSetting['kind'], name: string, problems: string[]) {
  // The name is a part of the paths that its carrier calls.
  if (!/^[\w.-]{1,64}$/.test(name)) {
    problems.push(`connectors.name is "${name}". Allowed: letters, digits and . - _, at most 64.`);
  }
  for (const key of Object.keys(entry)) {
    if (key === 'kind' || key === 'name' || key in CONNECTOR_RULE_KEYS || KEYS_BY_KIND[kind].includes(key)) continue;
    const kinds = Object.entries(KEYS_BY_KIND).flatMap(([one, keys]) => (keys.includes(key) ? [`"${one}"`] : []));
    problems.push(`connectors.${key} of "${name}" is for kind = ${kinds.join(' or ')} alone.`);
  }
}

function readSmpp(entry: Record<string, Value>, name: string, problems: string[]): SmppSettings {
  for (const key of ['host', 'port', 'system_id', 'password']) {
    if (entry[key] === undefined) problems.push(`The connector "${name}" needs connectors.${key}.`);
  }
  const get = <T>(key: keyof typeof CONNECTOR_KEYS, fallback: T): T => (entry[key] as T | undefined) ?? fallback;
  const countryCode = get<string | null>('country_code', null);
  if (countryCode !== null && !/^[1-9]\d{0,2}$/.test(countryCode)) {
    problems.push(`connectors.country_code of "${name}" is "${countryCode}". Allowed: digits, such as "44".`);
  }
  return {
    ...SMPP_DEFAULTS,
    host: get('host', ''),
    port: get('port', 0),
    tls: readTls(entry, name, problems),
    systemId: get('system_id', ''),
    password: get('password', ''),
    systemType: get<string>('system_type', SMPP_DEFAULTS.systemType),
    bindMode: get<SmppSettings['bindMode']>('bind', SMPP_DEFAULTS.bindMode),
    binds: get<number>('binds', SMPP_DEFAULTS.binds),
    window: get<number>('window', SMPP_DEFAULTS.window),
    ratePerSecond: get<number | null>('rate', null),
    shortCode: {
      ton: get<number>('short_code_ton', SMPP_DEFAULTS.shortCode.ton),
      npi: get<number>('short_code_npi', SMPP_DEFAULTS.shortCode.npi),
    },
    countryCode,
    serviceType: get<string>('service_type', SMPP_DEFAULTS.serviceType),
    validity: get<SmppSettings['validity']>('validity', SMPP_DEFAULTS.validity),
    registeredDelivery: get<number>('registered_delivery', SMPP_DEFAULTS.registeredDelivery),
    defaultAlphabet: get<SmppSettings['defaultAlphabet']>('default_alphabet', SMPP_DEFAULTS.defaultAlphabet),
    concatenation: get<SmppSettings['concatenation']>('concatenation', SMPP_DEFAULTS.concatenation),
    receiptIds: get<SmppSettings['receiptIds']>('receipt_ids', SMPP_DEFAULTS.receiptIds),
    receiptsByText: get<boolean>('receipts_by_text', SMPP_DEFAULTS.receiptsByText),
    zoneMinutes: get<number>('zone_minutes', SMPP_DEFAULTS.zoneMinutes),
    enquireMs: get<number>('enquire_every', SMPP_DEFAULTS.enquireMs),
    bindTimeoutMs: get<number>('bind_timeout', SMPP_DEFAULTS.bindTimeoutMs),
    responseMs: get<number>('response_timeout', SMPP_DEFAULTS.responseMs),
    throttleMs: get<number>('throttle_backoff', SMPP_DEFAULTS.throttleMs),
    trace: get<SmppSettings['trace']>('trace', SMPP_DEFAULTS.trace),
  };
}

function readTls(entry: Record<string, Value>, name: string, problems: string[]): SmppSettings['tls'] {
  const { tls, tls_ca: path, tls_server_name: serverName } = entry;
  if (tls !== true) {
    const idle = Object.entries({ tls_ca: path, tls_server_name: serverName }).filter(
      ([, value]) => value !== undefined,
    );
    // `null`: of what was refused all is said.
    for (const [key] of tls === null ? [] : idle) {
      problems.push(`connectors.${key} of "${name}" needs TLS: set tls = true there, or leave ${key} out.`);
    }
    return null;
  }
  const named = typeof serverName === 'string' ? { serverName } : {};
  if (typeof path !== 'string') return named;
  const ca = readAuthorities({ setting: `connectors.tls_ca of "${name}"`, path }, problems);
  return ca === null ? named : { ...named, ca };
}
