/** Alerts as both their lists read them: a page of the store's, by place and not by number. */
import type { Alert } from '../domain/alert.ts';
import { sidTime } from '../domain/sid.ts';
import type { AlertQuery } from '../store/report-shapes.ts';
import type { Call } from './context.ts';
import { type Paging, readPaging } from './page.ts';

export interface AlertPage {
  paging: Paging;
  alerts: Alert[];
  hasNext: boolean;
  hasPrevious: boolean;
}

export async function findAlerts(call: Call, wanted: Pick<AlertQuery, 'level' | 'from' | 'to'>): Promise<AlertPage> {
  const { store } = call.context;
  const accountSid = call.account.sid;
  const paging = readPaging(call.query, 'NO');
  const { token, size, page } = paging;
  const query: AlertQuery = { accountSid, ...wanted, limit: size + 1 };
  if (token) {
    // One that is forgotten by now keeps the place that its sid tells.
    const at = (await store.alert(accountSid, token.sid))?.at ?? sidTime(token.sid);
    query[token.direction] = { at, sid: token.sid };
  } else query.offset = page * size;
  const found = await store.alerts(query);
  const more = found.length > size;
  if (token?.direction === 'before') {
    return { paging, alerts: more ? found.slice(1) : found, hasNext: true, hasPrevious: more };
  }
  return { paging, alerts: found.slice(0, size), hasNext: more, hasPrevious: token !== null || page > 0 };
}
