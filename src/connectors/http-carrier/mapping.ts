/** How one carrier that speaks HTTP is spoken to and understood: settings, read and judged once, at the start. */
import type { CarriedChannel } from '../../domain/routes.ts';
import type { Template } from './template.ts';

export interface HttpMapping {
  request: RequestMapping;
  response: ResponseMapping;
  /** `null`: its carrier does not call. */
  webhooks: WebhookMapping | null;
  carries: readonly CarriedChannel[];
  honoursIdempotency: boolean;
  /** Requests at once. */
  window: number;
  /** Of an answer; then it is in doubt. */
  responseMs: number;
}

export interface RequestMapping {
  method: 'GET' | 'POST' | 'PUT';
  /** The carrier's, for `{base_url}`; files of this origin are fetched with the credentials. */
  baseUrl: string;
  username: string;
  /** Never in a log, an event or an error text. */
  password: string;
  url: Template;
  headers: { name: string; value: Template }[];
  contentType: 'json' | 'form' | 'xml' | 'text';
  body: Template | null;
  /** Of a form, or with GET of the query. One that asks for a list stands once for each of its elements. */
  fields: { name: string; value: Template }[];
  auth: 'none' | 'basic' | 'bearer' | 'hmac';
  /** Where the HMAC of the body goes, in hexadecimal. */
  authHeader: string;
  idempotencyHeader: string | null;
}

/** A path leads through JSON by names and positions (`messages.0.id`); in a form it is a name. The first that leads somewhere counts. */
export type Paths = readonly string[];

export interface ResponseMapping {
  /** `201`, or `2xx`. */
  success: readonly string[];
  /** Beyond the status: what stands there must be one of the values, or, without any, be there. */
  successPath: Paths;
  successValues: readonly string[];
  id: Paths;
  error: Paths;
  errors: ErrorTable;
  retry: readonly string[];
  /** It has this message already: taken, with its key for an id. */
  duplicate: readonly string[];
}

export interface ErrorTable {
  codes: ReadonlyMap<string, ErrorMeaning>;
  /** The carrier speaks our numbers: what is not in the table stands for itself. */
  isSame: boolean;
}

export type ErrorMeaning = { kind: 'code'; errorCode: number; isRoute: boolean } | { kind: 'busy' };

export interface WebhookMapping {
  check: WebhookCheck;
  receipt: ReceiptMapping | null;
  inbound: InboundMapping | null;
  /** What the carrier is answered when all is well. */
  answer: { contentType: string; body: string } | null;
}

export type WebhookCheck =
  | { kind: 'twilio'; secret: string }
  | {
      kind: 'hmac';
      algorithm: 'sha256' | 'sha1';
      encoding: 'hex' | 'base64';
      secret: string;
      header: string;
      /** Of the seconds since 1970, which are signed behind the body; `null`: the body alone is. */
      timestampHeader: string | null;
    }
  | { kind: 'secret'; secret: string; in: 'header' | 'query'; name: string }
  | { kind: 'basic'; username: string; secret: string };

export interface ReceiptMapping {
  /** Where a list of them is; empty: the call is one. */
  items: Paths;
  id: Paths;
  state: Paths;
  states: ReadonlyMap<string, 'delivered' | 'undelivered' | 'read' | 'none'>;
  error: Paths;
  errors: ErrorTable;
  doneDate: Paths;
}

export interface InboundMapping {
  items: Paths;
  id: Paths;
  from: Paths;
  to: Paths;
  text: Paths;
  /** With `{n}`, counted from 0. */
  media: string | null;
  mediaType: string | null;
  details: ReadonlyMap<DetailName, string>;
  /** Of calls that do not say whom they are for. */
  number: string | null;
  /** Digits before a national number. */
  countryCode: string | null;
}

export const DETAIL_NAMES = [
  'profile_name',
  'wa_id',
  'message_type',
  'button_text',
  'button_payload',
  'list_id',
  'list_title',
  'list_description',
  'latitude',
  'longitude',
  'label',
  'address',
] as const;
export type DetailName = (typeof DETAIL_NAMES)[number];
