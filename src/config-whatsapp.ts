/** The settings of a connector of WhatsApp Cloud. */
import { WHATSAPP_DEFAULTS, type WhatsAppSettings } from './connectors/whatsapp/settings.ts';
import { parseTo } from './domain/address.ts';

/** Keys of `kind = "whatsapp"` alone; `window` and `response_timeout` it has in common with others. */
export const WHATSAPP_KEYS = {
  access_token: { kind: 'string' },
  app_secret: { kind: 'string' },
  verify_token: { kind: 'string' },
  phone_numbers: { kind: 'list' },
  templates: { kind: 'list' },
  media: { kind: 'enum', values: ['auto', 'link', 'upload'] },
  graph_url: { kind: 'url' },
  graph_version: { kind: 'string' },
  media_origins: { kind: 'list' },
} as const;

type Entry = Record<string, string | number | boolean | string[] | null>;

export function readWhatsApp(entry: Entry, name: string, problems: string[]): WhatsAppSettings {
  for (const key of ['access_token', 'app_secret', 'verify_token', 'phone_numbers']) {
    if (entry[key] === undefined) problems.push(`The connector "${name}" needs connectors.${key}.`);
  }
  const get = <T>(key: string, fallback: T): T => (entry[key] as T | undefined) ?? fallback;
  const graphVersion = get<string>('graph_version', WHATSAPP_DEFAULTS.graphVersion);
  if (!/^v\d{1,3}\.\d$/.test(graphVersion)) {
    problems.push(`connectors.graph_version of "${name}" is "${graphVersion}". Allowed: such as "v24.0".`);
  }
  const templates = pairsOf(
    entry,
    'templates',
    name,
    problems,
    /^(HX[0-9a-f]{32})=([a-z0-9_]{1,512}):([A-Za-z_]{2,8})$/,
    {
      allowed: 'texts such as "HX…=order_ready:en_US"',
    },
  );
  const numbers = pairsOf(entry, 'phone_numbers', name, problems, /^(\+\d{7,15})=(\d{1,32})$/, {
    allowed: 'texts such as "+15550783881=106540352242922", a number and its id at WhatsApp',
  });
  for (const [number = ''] of numbers) {
    if (!parseTo(number)) problems.push(`connectors.phone_numbers of "${name}" has ${number}, which is no number.`);
  }
  return {
    ...WHATSAPP_DEFAULTS,
    graphUrl: get('graph_url', WHATSAPP_DEFAULTS.graphUrl),
    graphVersion,
    accessToken: get('access_token', ''),
    appSecret: get('app_secret', ''),
    verifyToken: get('verify_token', ''),
    phoneNumbers: new Map(numbers.map(([number = '', id = '']) => [number, id])),
    templates: new Map(templates.map(([sid = '', called = '', language = '']) => [sid, { name: called, language }])),
    media: get<WhatsAppSettings['media']>('media', WHATSAPP_DEFAULTS.media),
    window: get<number>('window', WHATSAPP_DEFAULTS.window),
    responseMs: get<number>('response_timeout', WHATSAPP_DEFAULTS.responseMs),
    mediaOrigins: get<readonly string[]>('media_origins', WHATSAPP_DEFAULTS.mediaOrigins),
  };
}

/** What the pattern finds in each text of a list. */
function pairsOf(
  entry: Entry,
  key: string,
  name: string,
  problems: string[],
  pattern: RegExp,
  { allowed }: { allowed: string },
): string[][] {
  return ((entry[key] as string[] | undefined) ?? []).flatMap((text) => {
    const match = pattern.exec(text);
    if (match) return [match.slice(1)];
    problems.push(`connectors.${key} of "${name}" has "${text}". Allowed: ${allowed}.`);
    return [];
  });
}
