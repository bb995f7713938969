/** The settings of connectors: `[[connectors]]`, one entry a carrier. */
import { readFileSync } from 'node:fs';
import { SMPP_DEFAULTS, type SmppSettings } from './connectors/smpp/settings.ts';

/** As `config-values.ts` reads them. */
type Value = string | number | boolean | string[] | null;

export type ConnectorSetting = { kind: 'simulated'; name: string } | { kind: 'smpp'; name: string; smpp: SmppSettings };

/** Keys of one entry. All but `kind` and `name` are of `smpp`. */
export const CONNECTOR_KEYS = {
  kind: { kind: 'enum', values: ['simulated', 'smpp'] },
  name: { kind: 'string' },
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
  rate: { kind: 'rate' },
  short_code_ton: { kind: 'int', min: 0, max: 255 },
  short_code_npi: { kind: 'int', min: 0, max: 255 },
  country_code: { kind: 'string' },
  service_type: { kind: 'string' },
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
} as const;

/** The connectors as written. What no single key can tell goes into `problems`; no text holds a password. */
export function readConnectors(entries: Record<string, Value>[], problems: string[]): ConnectorSetting[] {
  const settings = entries.map((entry): ConnectorSetting => {
    const kind = entry.kind as ConnectorSetting['kind'];
    const name = (entry.name as string | undefined) ?? kind;
    if (kind === 'smpp') return { kind, name, smpp: readSmpp(entry, name, problems) };
    for (const key of Object.keys(entry)) {
      if (key !== 'kind' && key !== 'name') problems.push(`connectors.${key} of "${name}" is for kind = "smpp" alone.`);
    }
    return { kind, name };
  });
  const names = settings.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push(`Two connectors are named "${name}". Give each a name of its own.`);
  }
  return settings;
}

function readSmpp(entry: Record<string, Value>, name: string, problems: string[]): SmppSettings {
  for (const key of ['host', 'port', 'system_id', 'password']) {
    if (entry[key] === undefined) problems.push(`The connector "${name}" needs connectors.${key}.`);
  }
  const get = <T>(key: keyof typeof CONNECTOR_KEYS, fallback: T): T => (entry[key] as T | undefined) ?? fallback;
  const rate = get<number | string | null>('rate', null);
  if (rate === 'twilio') problems.push(`connectors.rate of "${name}" is "twilio". Allowed: PDUs a second, or "none".`);
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
    ratePerSecond: typeof rate === 'number' ? rate : null,
    shortCode: {
      ton: get<number>('short_code_ton', SMPP_DEFAULTS.shortCode.ton),
      npi: get<number>('short_code_npi', SMPP_DEFAULTS.shortCode.npi),
    },
    countryCode,
    serviceType: get<string>('service_type', SMPP_DEFAULTS.serviceType),
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
  };
}

function readTls(entry: Record<string, Value>, name: string, problems: string[]): SmppSettings['tls'] {
  const { tls, tls_ca: path, tls_server_name: serverName } = entry;
  if (tls !== true) {
    if (path !== undefined || serverName !== undefined) problems.push(`The connector "${name}" has no tls = true.`);
    return null;
  }
  const named = serverName === undefined ? {} : { serverName: serverName as string };
  if (path === undefined) return named;
  try {
    return { ...named, ca: readFileSync(path as string, 'utf8') };
  } catch (error) {
    problems.push(`connectors.tls_ca of "${name}" cannot be read: ${(error as Error).message}`);
    return named;
  }
}
