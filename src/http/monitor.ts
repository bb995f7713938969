/** The monitor host: alerts, which the original calls the debugger. */
import { ALERT_LEVELS, type Alert, type AlertLevel, alertText, formOf, moreInfo } from '../domain/alert.ts';
import { dayOf, iso8601, parseFilterDate } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { findAlerts } from './alert-list.ts';
import type { Answer, Resource } from './answer.ts';
import type { Call } from './context.ts';
import { readFilterPairs } from './date-filter.ts';
import { readChoice } from './parameters.ts';
import { compileRoutes, type Face, type Route, under } from './routes.ts';
import { canonicalSid } from './sids.ts';

const FILTERS = ['LogLevel', 'StartDate', 'EndDate'] as const;

async function listAlerts(call: Call): Promise<Answer> {
  const filters = readFilterPairs(call.query, FILTERS);
  const level = readChoice(call.query, 'LogLevel', [...ALERT_LEVELS]) as AlertLevel | undefined;
  const from = readBound(call, 'StartDate')?.from;
  const to = readBound(call, 'EndDate')?.to;
  const wanted = { ...(level && { level }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  const { paging, alerts, hasNext, hasPrevious } = await findAlerts(call, wanted);
  const { size, page, token } = paging;
  const given = token && `${token.direction === 'after' ? 'PA' : 'PB'}${token.sid}`;
  const url = (number: number, from: string | null) => {
    const pairs = [...filters, ['PageSize', String(size)], ['Page', String(number)]];
    if (from !== null) pairs.push(['PageToken', from]);
    return `${call.origin()}${call.base}?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  };
  const first = alerts.at(0);
  const last = alerts.at(-1);
  return {
    kind: 'page',
    page: {
      key: 'alerts',
      resources: alerts.map((alert) => render(call, alert)),
      page,
      pageSize: size,
      url: url(page, given),
      firstUrl: url(0, null),
      nextUrl: hasNext && last ? url(page + 1, `PA${last.sid}`) : null,
      previousUrl: hasPrevious && first ? url(Math.max(0, page - 1), `PB${first.sid}`) : null,
    },
  };
}

async function fetchAlert(call: Call): Promise<Answer> {
  const alert = await call.context.store.alert(call.account.sid, canonicalSid(call.sids[0]));
  if (alert === null) throw refuse(20404, { path: call.meta.path.slice('/v1'.length) });
  const resource = {
    ...render(call, alert),
    request_variables: formOf(alert.request?.parameters ?? []),
    request_headers: null,
    response_headers: alert.response && formOf(Object.entries(alert.response.headers)),
    response_body: alert.response?.body ?? null,
  };
  return { kind: 'resource', status: 200, element: 'Alert', resource };
}

/** A day counts whole, an instant with all of its second. */
function readBound({ query }: Call, parameter: string): { from: number; to: number } | null {
  const text = query.one(parameter);
  if (!text) return null;
  const date = parseFilterDate(text);
  if (date === null) {
    const fix = 'Use YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.';
    throw refuse(20001, {}, { parameter, received: text, allowed: 'a date', fix });
  }
  if (date.kind === 'instant') return { from: date.at, to: date.at % 1000 === 0 ? date.at + 999 : date.at };
  return { from: date.from, to: dayOf(date.from).to - 1 };
}

function render(call: Call, alert: Alert): Resource {
  const { sid, accountSid, resourceSid, serviceSid, code, level, request, at } = alert;
  const date = iso8601(at);
  return {
    sid,
    account_sid: accountSid,
    resource_sid: resourceSid,
    service_sid: serviceSid,
    alert_text: alertText(alert),
    api_version: '2010-04-01',
    date_created: date,
    date_generated: date,
    date_updated: date,
    error_code: String(code),
    log_level: level,
    more_info: moreInfo(code),
    request_method: request?.method ?? null,
    request_url: request?.url ?? null,
    url: `${call.origin()}${ROOT}/${sid}`,
  };
}

const ROOT = '/v1/Alerts';

const ROUTES: Route[] = [
  { path: '', verbs: { GET: listAlerts } },
  { path: '{NO}', verbs: { GET: fetchAlert } },
];

const find = compileRoutes(ROUTES);

export const MONITOR_FACE: Face = {
  paths: [ROOT, `${ROOT}/*`],
  table: under(ROOT, ROUTES),
  accountSegment: () => undefined,
  find: (base) => find(base === ROOT ? [] : base.slice(ROOT.length + 1).split('/')),
  // As the original names it: without the version.
  shownPath: (path) => path.slice('/v1'.length),
};
