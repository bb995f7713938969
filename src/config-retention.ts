/** The settings of retention: what is kept for some days only, by default and of one account. */
import type { PduKeeperSettings } from './engine/keep-pdus.ts';
import type { Expirable } from './store/expiry.ts';

const days = (path: string, about: string) =>
  ({ path, type: { kind: 'duration' }, default: { dev: null, serve: null }, about }) as const;

/** Rows of the table of settings. */
export const RETENTION_KEYS = [
  days('retention.messages', 'how long messages are kept, by whole months; unset: for ever'),
  days('retention.bodies', 'how long bodies are kept; unset: as long as their messages'),
  days('retention.media', 'how long media are kept; unset: as long as their messages'),
  days('retention.numbers', "how long people's numbers are kept whole, then masked; unset: as long as their messages"),
  {
    path: 'retention.pdus',
    type: { kind: 'duration' },
    default: { dev: '3d', serve: '3d' },
    about: 'how long PDUs of connectors are kept; they go with the content of their message in any case',
  },
  {
    path: 'retention.pdu_rows',
    type: { kind: 'int', min: 0, max: 100_000_000 },
    default: { dev: 200_000, serve: 200_000 },
    about: 'about how many PDUs of connectors are kept at most, some 500 bytes each; 0 keeps none',
  },
] as const;

/** Keys of an entry of `[[accounts]]`, besides its `sid`. */
export const ACCOUNT_RETENTION = {
  retain_bodies: { kind: 'duration' },
  retain_media: { kind: 'duration' },
  retain_numbers: { kind: 'duration' },
} as const;

/** `null`: as long as the message. */
export type Retained = Record<Expirable, number | null>;

export interface RetentionSettings {
  /** `null`: messages are kept for ever. */
  messagesMs: number | null;
  keepMs: Retained;
  pdus: PduKeeperSettings;
  /** What an account of its own has instead, by sid. */
  accounts: ReadonlyMap<string, Partial<Retained>>;
}

/** `entries`: those of `[[accounts]]`, by the keys of the file. */
export function readRetention(get: <T>(path: string) => T, entries: Record<string, unknown>[]): RetentionSettings {
  const accounts = entries.map(({ sid, retain_bodies, retain_media, retain_numbers }): [string, Partial<Retained>] => [
    sid as string,
    {
      ...(retain_bodies === undefined ? {} : { bodies: retain_bodies as number }),
      ...(retain_media === undefined ? {} : { media: retain_media as number }),
      ...(retain_numbers === undefined ? {} : { numbers: retain_numbers as number }),
    },
  ]);
  return {
    messagesMs: get('retention.messages'),
    keepMs: { bodies: get('retention.bodies'), media: get('retention.media'), numbers: get('retention.numbers') },
    pdus: { keepMs: get('retention.pdus'), most: get('retention.pdu_rows') },
    accounts: new Map(accounts),
  };
}

/** What is wrong with them; one finished sentence each. */
export function retentionProblems({ accounts }: RetentionSettings): string[] {
  return [...accounts.keys()]
    .filter((sid) => !/^AC[0-9a-fA-F]{32}$/.test(sid))
    .map((sid) => `accounts.sid is "${sid}". Allowed: AC and 32 hexadecimal digits.`);
}

/** How long an account keeps something (ms); `null`: as long as the message. */
export function keepMsIn({ keepMs, accounts }: RetentionSettings) {
  return (accountSid: string, what: Expirable): number | null => accounts.get(accountSid)?.[what] ?? keepMs[what];
}
