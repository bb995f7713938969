/** Everything known about one message, as the server explains it. */
import { useQuery } from '@tanstack/react-query';
import type { Attempt } from '../../api/attempts.ts';
import { admin, twilio } from '../../api/client.ts';
import type { MessageRow } from '../../api/messages.ts';
import type { Pdu } from '../../parts/pdu-line.tsx';

export interface Allowed {
  allowed: boolean;
  /** Why not. */
  why: string | null;
}

export interface StateStep {
  at: string;
  status: string;
  note?: string | null;
  error_code?: number | null;
}

export interface CarrierStep {
  at: string;
  direction: 'out' | 'in';
  connector: string;
  command: string | null;
  sequence: number | null;
  status: { code: number; name: string; text: string } | null;
  carrier_id: string | null;
}

export interface CallbackStep {
  attempt_id: number;
  kind: string;
  status: string;
  at: string;
  ended_at: string;
  ms: number;
  http_status: number | null;
  decision: string;
  attempt: number;
}

export interface Timeline {
  started_at: string;
  ended_at: string;
  states: StateStep[];
  carrier: CarrierStep[];
  callbacks: CallbackStep[];
}

export interface Segments {
  encoding: 'GSM-7' | 'UCS-2';
  count: number;
  units: number;
  unit: string;
  characters: number;
  smart_encoded: boolean;
  parts: { number: number; text: string; units: number; capacity: number }[];
  guilty: { index: number; char: string; code_point: string; replacement: string | null }[];
  guilty_count: number;
  suggestion: { text: string; encoding: string; count: number } | null;
}

export interface Webhook extends Attempt {
  document_number: number | null;
  why: string | null;
  twiml: string | null;
}

export interface Detail {
  message: MessageRow;
  content: { state: 'kept' | 'redacted' | 'none'; text: string };
  segments: Segments | null;
  timeline: Timeline;
  parts: { part: number; connector: string; carrier_id: string | null; state: string; error_code: number | null }[];
  trace: Pdu[];
  callbacks: Attempt[];
  webhooks: Webhook[];
  replies: MessageRow[];
  request: { method: string; path: string; parameters: [string, string][]; missing: string[] } | null;
  media: { sid: string; content_type: string; size: number; path: string }[];
  /** `waits`: what is wrong with the connectors that it waits for. */
  route: {
    connector: string | null;
    service_sid: string | null;
    service_name: string | null;
    notes: string[];
    waits: string[];
  };
  opt_out: { peer: string | null; is_opted_out: boolean };
  alerts: { sid: string; code: number; level: string; text: string; at: string }[];
  feedback: { outcome: string; at: string } | null;
  actions: Record<'cancel' | 'redact' | 'delete' | 'resend' | 'feedback', Allowed>;
  notices: string[];
}

export const detailKey = (account: string, sid: string) => [account, 'message', sid];

export function useDetail(account: string, sid: string) {
  return useQuery({
    queryKey: detailKey(account, sid),
    queryFn: ({ signal }) => admin<Detail>(`accounts/${account}/messages/${sid}`, { signal }),
  });
}

/** The same parameters as a new message, but for those given here. */
export function resend(account: string, sid: string, changes: Record<string, string> = {}) {
  return admin<MessageRow>(`accounts/${account}/messages/${sid}/resend`, { method: 'POST', json: changes });
}

const pathOf = (account: string, sid: string) => `2010-04-01/Accounts/${account}/Messages/${sid}`;

export function cancel(account: string, sid: string) {
  return twilio(account, `${pathOf(account, sid)}.json`, { method: 'POST', form: { Status: 'canceled' } });
}

/** Takes the text away for good, by the API's own way: an empty `Body`. */
export function redact(account: string, sid: string) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return twilio(account, `${pathOf(account, sid)}.json`, { method: 'POST', body: 'Body=', headers });
}

export function remove(account: string, sid: string) {
  return twilio(account, `${pathOf(account, sid)}.json`, { method: 'DELETE' });
}

export function giveFeedback(account: string, sid: string, outcome: 'confirmed' | 'unconfirmed') {
  return twilio(account, `${pathOf(account, sid)}/Feedback.json`, { method: 'POST', form: { Outcome: outcome } });
}
