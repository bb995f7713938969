/** What the server tells of errors by their code. */
import { admin } from './client.ts';

export interface ErrorGroup {
  code: number;
  source: 'message' | 'webhook' | 'request' | 'lenient';
  level: string;
  count: number;
  buckets: number[];
  first_at: string;
  last_at: string;
  here: { kind: 'phone' | 'sender' | 'service' | 'url' | 'path'; value: string; count: number; of: number } | null;
  /** Of messages, where they are but a few. */
  recipients: { to: string; count: number }[];
  samples: {
    at: string;
    text: string;
    message_sid: string | null;
    url: string | null;
    to: string | null;
    request: { method: string; path: string; status: number; request_id: string } | null;
  }[];
  muted_at: string | null;
  title: string;
  meaning: string;
  causes: string[];
  fixes: string[];
  side: string | null;
  when: 'sync' | 'async' | null;
  reproduce: string;
}

export interface ErrorGroups {
  since: string;
  bucket_seconds: number;
  looked_back_to: string | null;
  groups: ErrorGroup[];
}

/** What the navigation counts, and what the page shows at first. */
export const LAST_DAY = '24h';

export const errorsKey = (account: string) => [account, 'error-groups'] as const;

export function fetchGroups(account: string, since: string, signal: AbortSignal): Promise<ErrorGroups> {
  return admin(`accounts/${account}/error-groups`, { query: { since }, signal });
}

/** Codes that ask for attention: neither muted nor a warning of lenient mode. */
export function openOf(groups: ErrorGroup[]): ErrorGroup[] {
  return groups.filter(({ muted_at: mutedAt, source }) => mutedAt === null && source !== 'lenient');
}

export function setMuted(account: string, code: number, muted: boolean): Promise<unknown> {
  return admin(`accounts/${account}/error-groups/${code}/mute`, { method: muted ? 'POST' : 'DELETE' });
}
