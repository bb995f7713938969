/** Notifications: alerts under the name and in the words of the 2010 API. */
import { type Alert, type AlertLevel, alertText, formOf, moreInfo } from '../domain/alert.ts';
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { findAlerts } from './alert-list.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { readDateBounds, readFilterPairs } from './date-filter.ts';
import { makeList } from './page.ts';
import { readChoice } from './parameters.ts';
import { canonicalSid } from './sids.ts';

const FILTERS = ['Log', 'MessageDate', 'MessageDate<', 'MessageDate>'] as const;
const LEVELS: Record<string, AlertLevel> = { '0': 'error', '1': 'warning' };

export async function listNotifications(call: Call): Promise<Answer> {
  const filters = readFilterPairs(call.query, FILTERS);
  const log = readChoice(call.query, 'Log', Object.keys(LEVELS));
  const bounds = readDateBounds(new Map(filters), 'MessageDate');
  const level = log === undefined ? undefined : LEVELS[log];
  const { paging, alerts, ...around } = await findAlerts(call, { ...bounds, ...(level && { level }) });
  const naming = { key: 'notifications', container: 'Notifications', element: 'Notification' };
  return {
    kind: 'list',
    list: makeList(call, paging, { ...naming, resources: alerts.map(render), ...around, filters }),
  };
}

export async function fetchNotification(call: Call): Promise<Answer> {
  const alert = await call.context.store.alert(call.account.sid, canonicalSid(call.sids[0]));
  if (alert === null) throw refuse(20404, { path: call.meta.path });
  const resource = {
    ...render(alert),
    request_variables: formOf(alert.request?.parameters ?? []),
    response_headers: formOf(Object.entries(alert.response?.headers ?? {})),
    response_body: alert.response?.body ?? '',
  };
  return { kind: 'resource', status: 200, element: 'Notification', resource };
}

function render(alert: Alert): Resource {
  const { sid, accountSid, code, level, request, at } = alert;
  const date = rfc2822(at);
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: null,
    date_created: date,
    date_updated: date,
    error_code: String(code),
    log: level === 'error' ? '0' : '1',
    message_date: date,
    message_text: alertText(alert),
    more_info: moreInfo(code),
    request_method: request?.method ?? null,
    request_url: request?.url ?? '',
    sid,
    uri: `${API_ROOT}/Accounts/${accountSid}/Notifications/${sid}.json`,
  };
}
