/** Webhook attempts: what the server tells of them, and what it can be asked to do with one. */
import { admin } from './client.ts';

export type AttemptKind = 'status' | 'inbound' | 'fallback' | 'click' | 'alert' | 'trigger' | 'esme';

export interface AttemptRow {
  id: number;
  message_sid: string;
  kind: AttemptKind;
  /** The message status that it told, or the kind. */
  status: string;
  attempt: number;
  at: string;
  ended_at: string;
  ms: number;
  decision: 'done' | 'retry' | 'gave_up';
  error_code: number | null;
  error: string | null;
  method: string;
  url: string;
  http_status: number | null;
  replay_of: number | null;
  from: string | null;
  to: string | null;
}

export interface Attempt extends AttemptRow {
  request: { method: string; url: string; headers: Record<string, string>; body: string };
  params: [name: string, value: string][];
  signature: string | null;
  response: { status: number; headers: Record<string, string>; body: string } | null;
  event_at: string;
  retry_at: string | null;
}

export interface AttemptPage {
  attempts: AttemptRow[];
  next_page: string | null;
}

export interface Diagnosis {
  fits: boolean;
  verdict: string;
  signed: { method: string; url: string; names: string[] | null; token: string };
  checks: { name: string; ok: boolean | null; explains: boolean; text: string }[];
}

export interface FailedReplay {
  count: number;
  queued: number;
  not_replayable: number;
  is_complete: boolean;
}

const rootOf = (account: string) => `accounts/${account}/attempts`;

export const attemptsKey = (account: string) => [account, 'attempts'] as const;

export function listAttempts(
  account: string,
  query: Record<string, string>,
  signal: AbortSignal,
): Promise<AttemptPage> {
  return admin(rootOf(account), { query: { limit: 100, ...query }, signal });
}

export function fetchAttempt(account: string, id: string, signal: AbortSignal): Promise<Attempt> {
  return admin(`${rootOf(account)}/${id}`, { signal });
}

/** As it was: queued as a new event, unless it asked how to answer; that is asked at once and answers the attempt. */
export function replayAttempt(account: string, id: number): Promise<{ queued?: true } & Partial<Attempt>> {
  return admin(`${rootOf(account)}/${id}/replay`, { method: 'POST', json: {} });
}

export function sendEdited(
  account: string,
  id: number,
  json: { url: string; method: string; params?: [string, string][] },
): Promise<Attempt> {
  return admin(`${rootOf(account)}/${id}/replay`, { method: 'POST', json });
}

export function replayFailed(
  account: string,
  json: { since: string; url?: string; dry_run: boolean },
): Promise<FailedReplay> {
  return admin(`${rootOf(account)}/replay-failed`, { method: 'POST', json });
}

export function examineAttempt(
  account: string,
  id: number,
  json: { url: string; params?: string; body?: string; token?: string },
): Promise<Diagnosis> {
  return admin(`${rootOf(account)}/${id}/doctor`, { method: 'POST', json });
}
