/** The settings of a connector of kind `http`: a mapping, read and judged once, so that a slip stops the start. */
import { type Entry, type Report, readCheck } from './config-http-check.ts';
import {
  DETAIL_NAMES,
  type DetailName,
  type ErrorMeaning,
  type ErrorTable,
  type HttpMapping,
  type InboundMapping,
  type ReceiptMapping,
} from './connectors/http-carrier/mapping.ts';
import { PRESETS } from './connectors/http-carrier/presets.ts';
import { fillTemplate, NAMES, readTemplate, type Template } from './connectors/http-carrier/template.ts';
import { nameOf } from './domain/catalogue.ts';
import { CARRIED_CHANNELS, type CarriedChannel } from './domain/routes.ts';

const STATUSES = { kind: 'list' } as const;
const PATHS = { kind: 'list' } as const;

/** Keys of `kind = "http"`; `password`, `country_code`, `window` and `response_timeout` others have too. */
export const HTTP_KEYS = {
  preset: { kind: 'enum', values: Object.keys(PRESETS) },
  base_url: { kind: 'url' },
  username: { kind: 'string' },
  channels: { kind: 'list', values: CARRIED_CHANNELS },
  method: { kind: 'enum', values: ['GET', 'POST', 'PUT'] },
  url: { kind: 'string' },
  headers: { kind: 'list' },
  content_type: { kind: 'enum', values: ['json', 'form', 'xml', 'text'] },
  body: { kind: 'string' },
  fields: { kind: 'list' },
  auth: { kind: 'enum', values: ['none', 'basic', 'bearer', 'hmac'] },
  auth_header: { kind: 'string' },
  idempotency_header: { kind: 'string' },
  honours_idempotency: { kind: 'bool' },
  success: STATUSES,
  success_path: PATHS,
  success_values: { kind: 'list' },
  id: PATHS,
  error: PATHS,
  errors: { kind: 'list' },
  retry: STATUSES,
  duplicate: STATUSES,
  check: { kind: 'enum', values: ['twilio', 'hmac-sha256', 'hmac-sha1', 'secret', 'basic'] },
  check_secret: { kind: 'string' },
  check_header: { kind: 'string' },
  check_query: { kind: 'string' },
  check_timestamp: { kind: 'string' },
  check_encoding: { kind: 'enum', values: ['hex', 'base64'] },
  receipt_items: PATHS,
  receipt_id: PATHS,
  receipt_state: PATHS,
  receipt_states: { kind: 'list' },
  receipt_error: PATHS,
  receipt_errors: { kind: 'list' },
  receipt_done: PATHS,
  inbound_items: PATHS,
  inbound_id: PATHS,
  inbound_from: PATHS,
  inbound_to: PATHS,
  inbound_text: PATHS,
  inbound_media: { kind: 'string' },
  inbound_media_type: { kind: 'string' },
  inbound_details: { kind: 'list' },
  number: { kind: 'string' },
  answer: { kind: 'string' },
  answer_type: { kind: 'string' },
} as const;

const WINDOW = 20;
const RESPONSE_MS = 20_000;
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function readHttpCarrier(given: Entry, name: string, problems: string[]): HttpMapping {
  const entry: Entry = { ...PRESETS[(given.preset as string | undefined) ?? ''], ...given };
  const report: Report = (key, problem) => {
    // Of a value that was refused all is said.
    if (entry[key] !== null) problems.push(`connectors.${key} of "${name}" ${problem}`);
  };
  const get = <T>(
    key: keyof typeof HTTP_KEYS | 'password' | 'country_code' | 'window' | 'response_timeout',
    fallback: T,
  ): T => (entry[key] as T | undefined) ?? fallback;
  if (entry.url === undefined && entry.preset !== null)
    problems.push(`The connector "${name}" needs connectors.url, or a preset.`);
  const auth = get<HttpMapping['request']['auth']>('auth', 'none');
  if (auth !== 'none' && entry.password === undefined)
    problems.push(`The connector "${name}" needs connectors.password.`);
  if (auth === 'basic' && entry.username === undefined)
    problems.push(`The connector "${name}" needs connectors.username.`);
  const contentType = get<HttpMapping['request']['contentType']>('content_type', 'form');
  const template = (key: string, text: string): Template => {
    const read = readTemplate(text);
    if (read.ok) return read.template;
    report(key, `has ${read.name}. Allowed: ${NAMES.map((one) => `{${one}}`).join(', ')}.`);
    return [];
  };
  const baseUrl = get('base_url', '');
  const body = entry.body === undefined ? null : template('body', get('body', ''));
  const url = template('url', get('url', 'https://example.com'));
  if (entry.base_url !== null) judgeUrl(url, baseUrl, report);
  if (body && contentType === 'json') judgeJson(body, report);
  if (body && entry.fields !== undefined) report('fields', 'and connectors.body exclude each other.');
  const idempotencyHeader = get<string | null>('idempotency_header', null);
  if (idempotencyHeader !== null && !HEADER.test(idempotencyHeader))
    report('idempotency_header', 'is no name of a header.');
  const errors = readErrors(get('errors', []), 'errors', report);
  const check = readCheck(entry, report);
  const receipt = readReceipt(entry, errors, report);
  const inbound = readInbound(entry, report);
  if ((receipt || inbound) && check === null && entry.check === undefined) {
    report('check', 'is missing: without it nobody can tell who calls. Allowed: "twilio", "hmac-sha256", "secret", ….');
  }
  const answer = get<string | null>('answer', null);
  return {
    request: {
      method: get('method', 'POST'),
      baseUrl,
      username: get('username', ''),
      password: get('password', ''),
      url,
      headers: pairs(get('headers', []), ':', 'headers', report).flatMap(([header, value]) => {
        if (HEADER.test(header)) return [{ name: header, value: template('headers', value) }];
        report('headers', `has "${header}", which is no name of a header. Allowed: "Name: value".`);
        return [];
      }),
      contentType,
      body,
      fields: pairs(get('fields', []), '=', 'fields', report).map(([field, value]) => ({
        name: field,
        value: template('fields', value),
      })),
      auth,
      authHeader: get('auth_header', 'X-Signature'),
      idempotencyHeader,
    },
    response: {
      success: readStatuses(get('success', ['2xx']), 'success', report),
      successPath: get('success_path', []),
      successValues: get('success_values', []),
      id: get('id', []),
      error: get('error', []),
      errors,
      retry: readStatuses(get('retry', ['429', '503']), 'retry', report),
      duplicate: readStatuses(get('duplicate', []), 'duplicate', report),
    },
    webhooks:
      check && (receipt || inbound)
        ? {
            check,
            receipt,
            inbound,
            answer: answer === null ? null : { contentType: get('answer_type', 'text/plain'), body: answer },
          }
        : null,
    carries: get<readonly CarriedChannel[]>('channels', ['sms']),
    honoursIdempotency: get('honours_idempotency', false),
    window: get('window', WINDOW),
    responseMs: get('response_timeout', RESPONSE_MS),
  };
}

/** Filled with nothing in particular it must be a URL. */
function judgeUrl(url: Template, baseUrl: string, report: Report): void {
  const filled = fillTemplate(url, 'url', { texts: { base_url: baseUrl }, lists: {} });
  if (URL.canParse(filled) && /^https?:$/.test(new URL(filled).protocol)) return;
  report('url', 'is no URL that starts with http:// or https://, once it is filled.');
}

function judgeJson(body: Template, report: Report): void {
  const texts = Object.fromEntries(NAMES.map((name) => [name, 'a "word"\n']));
  for (const urls of [[], ['https://example.com/1', 'https://example.com/2']]) {
    try {
      JSON.parse(fillTemplate(body, 'json', { texts, lists: { media_url: urls } }));
    } catch (error) {
      report('body', `is no JSON once it is filled: ${(error as Error).message}. Put names of texts into quotes.`);
      return;
    }
  }
}

function readReceipt(entry: Entry, errors: ErrorTable, report: Report): ReceiptMapping | null {
  const list = (key: keyof typeof HTTP_KEYS) => (entry[key] as readonly string[] | undefined) ?? [];
  if (entry.receipt_id === undefined && entry.receipt_state === undefined) return null;
  for (const key of ['receipt_id', 'receipt_state', 'receipt_states'] as const) {
    if (list(key).length === 0) report(key, 'is missing: receipts need an id, a state, and what its words mean.');
  }
  const states = new Map<string, 'delivered' | 'undelivered' | 'read' | 'none'>();
  for (const [word, state] of pairs(list('receipt_states'), '=', 'receipt_states', report)) {
    if (state === 'delivered' || state === 'undelivered' || state === 'read' || state === 'none')
      states.set(word, state);
    else report('receipt_states', `has "${word}=${state}". Allowed: delivered, undelivered, read, none.`);
  }
  const own =
    entry.receipt_errors === undefined ? errors : readErrors(list('receipt_errors'), 'receipt_errors', report);
  return {
    items: list('receipt_items'),
    id: list('receipt_id'),
    state: list('receipt_state'),
    states,
    error: list('receipt_error'),
    errors: own,
    doneDate: list('receipt_done'),
  };
}

function readInbound(entry: Entry, report: Report): InboundMapping | null {
  const list = (key: keyof typeof HTTP_KEYS) => (entry[key] as readonly string[] | undefined) ?? [];
  const word = (key: keyof typeof HTTP_KEYS | 'country_code') => (entry[key] as string | undefined) ?? null;
  if (entry.inbound_from === undefined) return null;
  if (list('inbound_to').length === 0 && word('number') === null) {
    report('inbound_to', 'is missing: say where the number is that somebody wrote to, or give connectors.number.');
  }
  const details = new Map<DetailName, string>();
  for (const [detail, path] of pairs(list('inbound_details'), '=', 'inbound_details', report)) {
    const known = DETAIL_NAMES.find((one) => one === detail);
    if (known) details.set(known, path);
    else report('inbound_details', `has "${detail}". Allowed: ${DETAIL_NAMES.join(', ')}.`);
  }
  const countryCode = word('country_code');
  if (countryCode !== null && !/^[1-9]\d{0,2}$/.test(countryCode)) {
    report('country_code', `is "${countryCode}". Allowed: digits, such as "44".`);
  }
  return {
    items: list('inbound_items'),
    id: list('inbound_id'),
    from: list('inbound_from'),
    to: list('inbound_to'),
    text: list('inbound_text'),
    media: word('inbound_media'),
    mediaType: word('inbound_media_type'),
    details,
    number: word('number'),
    countryCode,
  };
}

/** `theirs=30003`, `theirs=30003/route`, `theirs=busy`; `*=same`: what is not here is one of ours. */
function readErrors(texts: readonly string[], key: string, report: Report): ErrorTable {
  const codes = new Map<string, ErrorMeaning>();
  let isSame = false;
  for (const [theirs, ours] of pairs(texts, '=', key, report)) {
    const [code = '', suffix] = ours.split('/');
    const isCode =
      /^\d{5}$/.test(code) && nameOf(Number(code)) !== null && (suffix === undefined || suffix === 'route');
    if (theirs === '*' && ours === 'same') isSame = true;
    else if (ours === 'busy') codes.set(theirs, { kind: 'busy' });
    else if (isCode) codes.set(theirs, { kind: 'code', errorCode: Number(code), isRoute: suffix === 'route' });
    else
      report(key, `has "${theirs}=${ours}". Allowed: one of our codes such as 30003 or 30024/route, busy, or *=same.`);
  }
  return { codes, isSame };
}

function readStatuses(texts: readonly string[], key: string, report: Report): readonly string[] {
  const bad = texts.find((text) => !/^[1-5](\d\d|xx)$/.test(text));
  if (bad !== undefined) report(key, `has "${bad}". Allowed: statuses of HTTP such as "201", or "2xx".`);
  return texts;
}

/** Carriers' words may hold the sign, what they mean never does; it is the other way in requests. */
function pairs(texts: readonly string[], sign: '=' | ':', key: string, report: Report): [string, string][] {
  const isTable = /(?:errors|states)$/.test(key);
  return texts.flatMap((text, index): [string, string][] => {
    const at = isTable ? text.lastIndexOf(sign) : text.indexOf(sign);
    if (at > 0) return [[text.slice(0, at).trim(), text.slice(at + 1).trim()]];
    // What stands there may be a secret.
    report(key, `has no "${sign}" in its text number ${index + 1}.`);
    return [];
  });
}
