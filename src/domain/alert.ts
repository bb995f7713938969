import { isWarning, nameOf } from './catalogue.ts';
import { iso8601 } from './dates.ts';

/**
 * Alerts: what went wrong while nobody was waiting for an answer. A webhook that failed, an answer that was no TwiML, a
 * message that did not arrive. They are listed by the API, and told to the account's debugger webhook.
 */
export type AlertLevel = 'error' | 'warning' | 'notice' | 'debug';
export const ALERT_LEVELS: readonly AlertLevel[] = ['error', 'warning', 'notice', 'debug'];

/** An alert before it is kept. */
export interface AlertDraft {
  accountSid: string;
  code: number;
  level: AlertLevel;
  /** The message that it is about, or whatever else; `null`: nothing that has a sid. */
  resourceSid: string | null;
  /** The service or the number that it happened at, when known. */
  serviceSid: string | null;
  /** What went wrong, in words; never a body. */
  text: string;
  /** What was asked of whom: without user and password, and without what a GET has in its query for `parameters`. */
  request: AlertRequest | null;
  response: AlertResponse | null;
  at: number;
}

export interface AlertRequest {
  method: string;
  url: string;
  /** As `withoutContent` leaves them. */
  parameters: [name: string, value: string][];
}

export interface AlertResponse {
  status: number;
  headers: Record<string, string>;
  /** Cut to 4 KB. */
  body: string;
}

export interface Alert extends AlertDraft {
  sid: string;
}

/** `warning` for the codes the dictionary counts among those. */
export function levelOf(code: number): AlertLevel {
  return isWarning(code) ? 'warning' : 'error';
}

/** What a message did not arrive with, as an alert. */
export function failureAlert(failed: { accountSid: string; sid: string; errorCode: number; at: number }): AlertDraft {
  const { accountSid, sid, errorCode, at } = failed;
  return {
    accountSid,
    code: errorCode,
    level: levelOf(errorCode),
    resourceSid: sid,
    serviceSid: null,
    text: nameOf(errorCode) ?? `Error ${errorCode}`,
    request: null,
    response: null,
    at,
  };
}

/** Parameters of webhooks in which somebody's words, place or pictures stand. */
const CONTENT =
  /^(Body|MediaUrl\d*|Button\w+|List\w+|InteractiveData|FlowData|Latitude|Longitude|Address|Label|ChannelMetadata|Profile\w+|Referral\w*)$/;

/** Parameters without the values of those that hold content: alerts never repeat what people wrote. */
export function withoutContent(parameters: [string, string][]): [string, string][] {
  return parameters.map(([name, value]) => [name, CONTENT.test(name) ? '' : value]);
}

export function moreInfo(code: number): string {
  return `https://www.twilio.com/docs/errors/${code}`;
}

/** The text of an alert as the API has it: pairs in the form of a query, as in the original's debugger. */
export function alertText({ code, level, text, request, response }: Alert): string {
  const pairs: [string, string][] = [['Msg', text]];
  if (response) pairs.push(['httpResponse', String(response.status)]);
  pairs.push(['ErrorCode', String(code)], ['LogLevel', level.toUpperCase()]);
  if (request) pairs.push(['url', request.url]);
  return formOf(pairs);
}

/** Pairs in the form of a query, as `request_variables` and `response_headers` have them. */
export function formOf(pairs: [string, string][]): string {
  return new URLSearchParams(pairs).toString();
}

/**
 * What the debugger webhook is told, in the original's order. `parentSid` is that of the account above a subaccount,
 * `null` for one that has none.
 */
export function debuggerParams(alert: Alert, parentSid: string | null): [string, string][] {
  const { sid, accountSid, code, level, resourceSid, serviceSid, text, request, response, at } = alert;
  const payload = {
    resource_sid: resourceSid,
    service_sid: serviceSid,
    error_code: String(code),
    more_info: { Msg: text, ErrorCode: String(code), LogLevel: level.toUpperCase(), url: moreInfo(code) },
    webhook: request && {
      type: 'application/json',
      request: {
        url: request.url,
        method: request.method,
        headers: {},
        parameters: Object.fromEntries(request.parameters),
      },
      response: response
        ? { status_code: response.status, headers: response.headers, body: response.body }
        : { status_code: null, headers: {}, body: '' },
    },
  };
  return [
    ['AccountSid', accountSid],
    ...(parentSid === null ? [] : [['ParentAccountSid', parentSid] as [string, string]]),
    ['Sid', sid],
    ['Timestamp', iso8601(at)],
    ['Level', level.toUpperCase()],
    ['PayloadType', 'application/json'],
    ['Payload', JSON.stringify(payload)],
  ];
}
