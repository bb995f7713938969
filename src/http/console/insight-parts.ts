/** What the rooms of webhooks, metrics and settings are given by the machine. */
import type { CallbackRules } from '../../domain/callback-url.ts';
import type { WebhookMethod } from '../../domain/inbound.ts';
import type { CallbackRequest } from '../../engine/callback-request.ts';
import type { MetricsBook } from './metrics-book.ts';

export type AskWebhook = (request: {
  method: WebhookMethod;
  url: string;
  headers: Record<string, string>;
  headersAt?: CallbackRequest['headersAt'];
  body?: string;
  rules: Pick<CallbackRules, 'connectMs' | 'readMs' | 'totalMs'>;
}) => Promise<
  | { kind: 'answer'; status: number; headers: Record<string, string>; body: string; ms: number }
  | { kind: 'failed'; errorCode: number; text: string; ms: number }
>;

/** What the page is told of the node that answers. */
export interface MetricsRoom {
  book: MetricsBook;
  node: { name: string; roles: string[]; startedAt: number };
}

/** What the page is told of the settings; no secret is in it. */
export interface SettingsRoom {
  mode: string;
  /** The file that was read; `null`: none. */
  file: string | null;
  settings: readonly {
    path: string;
    about: string;
    value: unknown;
    origin: 'flag' | 'env' | 'file' | 'default';
    where: string;
    default: unknown;
    isSecret: boolean;
    variable: string;
    allowed: string | null;
  }[];
  tables: readonly { name: string; entries: number }[];
  node: { name: string; roles: string[]; startedAt: number };
}
