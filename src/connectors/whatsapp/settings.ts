/** What one connector of WhatsApp Cloud is told. */

/** The version of the Graph API that everything here was written against. A setting asks for another one. */
const GRAPH_VERSION = 'v24.0';

export interface WhatsAppSettings {
  /** Without a slash at its end. */
  graphUrl: string;
  graphVersion: string;
  /** Never in a log, an event or an error text; nor are the next two. */
  accessToken: string;
  /** Signs what WhatsApp calls us with. */
  appSecret: string;
  /** What WhatsApp says once, when the webhook is set up. */
  verifyToken: string;
  /** Ids at WhatsApp by number: `+15550783881` → `106540352242922`. */
  phoneNumbers: ReadonlyMap<string, string>;
  /** Names of templates at WhatsApp by Content SID, where they were not submitted here. */
  templates: ReadonlyMap<string, { name: string; language: string }>;
  /** How WhatsApp gets our files: `link`, it fetches them; `upload`; `auto`: by link where they have one with https. */
  media: 'auto' | 'link' | 'upload';
  /** Requests at once. */
  window: number;
  /** Of an answer; then it is in doubt. */
  responseMs: number;
  /** Origins, or domains written `*.example.com`, that files may be fetched from with the token. */
  mediaOrigins: readonly string[];
}

export const WHATSAPP_DEFAULTS = {
  graphUrl: 'https://graph.facebook.com',
  graphVersion: GRAPH_VERSION,
  phoneNumbers: new Map<string, string>(),
  templates: new Map<string, { name: string; language: string }>(),
  media: 'auto',
  window: 20,
  responseMs: 20_000,
  mediaOrigins: ['https://*.fbsbx.com', 'https://*.fbcdn.net', 'https://*.whatsapp.net'],
} as const satisfies Omit<WhatsAppSettings, 'accessToken' | 'appSecret' | 'verifyToken'>;
