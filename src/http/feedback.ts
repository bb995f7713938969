/** MessageFeedback: what an app reports about a message's arrival. A record is kept once something was reported. */
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { keepDocument } from './keep-document.ts';
import { readChoice } from './parameters.ts';
import { canonicalSid } from './sids.ts';

/**
 * Reports `Outcome`; without it the record stays as it is, and a new one is `unconfirmed`. With `ProvideFeedback` the
 * record exists since its message was created, otherwise it begins here (settled 12). Of inbound messages there is none.
 */
export async function createFeedback(call: Call): Promise<Answer> {
  const { store, clock } = call.context;
  const sid = canonicalSid(call.sids[0]);
  const accountSid = call.account.sid;
  const message = await store.message(accountSid, sid);
  if (message === null || message.direction === 'inbound') throw missing(call);
  const outcome = readChoice(call.form, 'Outcome', ['confirmed', 'unconfirmed']);
  const known = await store.document(accountSid, 'feedback', sid);
  const now = clock.now();
  const createdAt = known?.createdAt ?? (message.provideFeedback ? message.createdAt : now);
  const properties = { outcome: outcome ?? known?.properties.outcome ?? 'unconfirmed' };
  const document = { accountSid, kind: 'feedback', sid, parentSid: '', name: null };
  await keepDocument(store, { ...document, properties, createdAt, updatedAt: now }, known);
  if ((await store.message(accountSid, sid)) === null) {
    // Removed meanwhile, and its feedback has to go with it.
    await store.removeDocument(accountSid, 'feedback', sid);
    throw missing(call);
  }
  const resource: Resource = {
    account_sid: accountSid,
    message_sid: sid,
    outcome: properties.outcome,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(now),
    uri: `${API_ROOT}/Accounts/${accountSid}/Messages/${sid}/Feedback.json`,
  };
  return { kind: 'resource', status: 200, element: 'MessageFeedback', resource };
}

function missing(call: Call): Error {
  return refuse(20404, { path: call.meta.path });
}
