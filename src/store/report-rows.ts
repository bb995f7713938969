import type { Alert, AlertLevel, AlertRequest, AlertResponse } from '../domain/alert.ts';
import type { Message } from '../domain/message.ts';
import type { Usage, Used } from '../domain/usage.ts';
import { dayText, NO_USAGE, usageOf } from '../domain/usage.ts';
import type { CallbackPayload } from './callback-shapes.ts';
import type { RaisedAlert } from './report-shapes.ts';
import type { Row } from './rows.ts';

/** Rows of alerts and usage, and what they mean, for both engines. */

export const ALERT_COLUMNS =
  'sid, account_sid, resource_sid, service_sid, error_code, level, alert_text, at, request, response';

/**
 * A request is kept as two lines of JSON, whom and what; when the content of its message goes, the second one goes with
 * it, without that anybody reads them.
 */
export function alertValues({ alert }: RaisedAlert): (string | number | null)[] {
  const { sid, accountSid, resourceSid, serviceSid, code, level, text, at, request, response } = alert;
  const kept = request && `${JSON.stringify([request.method, request.url])}\n${JSON.stringify(request.parameters)}`;
  return [sid, accountSid, resourceSid, serviceSid, code, level, text, at, kept, response && JSON.stringify(response)];
}

export function alertFrom(row: Row): Alert {
  return {
    sid: row[0] as string,
    accountSid: row[1] as string,
    resourceSid: row[2] as string | null,
    serviceSid: row[3] as string | null,
    code: row[4] as number,
    level: row[5] as AlertLevel,
    text: row[6] as string,
    at: row[7] as number,
    request: row[8] === null ? null : requestFrom(row[8] as string),
    response: row[9] === null ? null : (JSON.parse(row[9] as string) as AlertResponse),
  };
}

function requestFrom(text: string): AlertRequest {
  const [whom = '[]', what = ''] = text.split('\n');
  const [method = '', url = ''] = JSON.parse(whom) as string[];
  return { method, url, parameters: what === '' ? [] : (JSON.parse(what) as AlertRequest['parameters']) };
}

/** An alert as it is kept of a message that has no content any more. */
export function bareAlert(raised: RaisedAlert): RaisedAlert {
  const { alert } = raised;
  return {
    ...raised,
    alert: { ...alert, request: alert.request && { ...alert.request, parameters: [] }, response: null },
  };
}

/** The callback that tells of an alert. What it says is made from the alert when it goes out, and kept nowhere else. */
export function alertPayload(url: string, at: number): CallbackPayload {
  return { ...NO_STATUS, url, at, alert: true };
}

/** What a callback has that is not about a message. */
const NO_STATUS = {
  status: 'failed',
  from: null,
  to: '',
  serviceSid: null,
  errorCode: null,
  doneDate: null,
} as const satisfies Partial<CallbackPayload>;

export const USAGE_COLUMNS = 'account_sid, day, category, count, usage, price_micros';

interface Sum extends Usage {
  accountSid: string;
  day: string;
  category: string;
}

/** What the steps of one transaction have used, one entry for each row that it touches. */
export class UsageSums {
  readonly #sums = new Map<string, Sum>();
  /** The one added to last: many messages in a row are of one account and kind. */
  #last: Sum | null = null;
  /** The last instant looked at: those of a transaction are the same, or nearly. */
  #at = Number.NaN;
  #day = '';

  add(
    message: Used & Pick<Message, 'accountSid' | 'numSegments'>,
    way: 'inbound' | 'outbound',
    priceMicros: number | null,
    now: number,
  ): void {
    if (now !== this.#at) {
      this.#at = now;
      this.#day = dayText(now);
    }
    const { category, count, usage, priceMicros: price } = usageOf(message, way, priceMicros);
    const sum = this.#sumOf(message.accountSid, this.#day, category);
    sum.count += count;
    sum.usage += usage;
    sum.priceMicros += price;
  }

  #sumOf(accountSid: string, day: string, category: string): Sum {
    const last = this.#last;
    if (last !== null && last.category === category && last.accountSid === accountSid && last.day === day) return last;
    const key = `${accountSid} ${day} ${category}`;
    const sum = this.#sums.get(key) ?? { accountSid, day, category, ...NO_USAGE };
    this.#sums.set(key, sum);
    this.#last = sum;
    return sum;
  }

  /** As values of `USAGE_COLUMNS`, in the order in which everybody locks them. Nothing is left. */
  take(): [string, string, string, number, number, number][] {
    if (this.#sums.size === 0) return [];
    const rows = [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#sums.clear();
    this.#last = null;
    return rows.map(([, one]) => [one.accountSid, one.day, one.category, one.count, one.usage, one.priceMicros]);
  }
}
