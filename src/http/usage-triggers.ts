/** Usage triggers: an account is told once it has used so much. */
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { CATEGORIES, findCategory, NO_USAGE, sumUp } from '../domain/usage.ts';
import {
  currentValue,
  daysOf,
  RECURRENCES,
  type Recurrence,
  TRIGGER_FIELDS,
  type TriggerField,
  type TriggerProperties,
  triggerValueOf,
  usageRecordUri,
} from '../domain/usage-trigger.ts';
import { familyOf, TRIGGERS, triggerFrom } from '../engine/usage-triggers.ts';
import type { Document } from '../store/directory.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { readFilterPairs } from './date-filter.ts';
import { MOST_DOCUMENTS } from './documents.ts';
import { keepDocument } from './keep-document.ts';
import { makeList, readPaging, slicePage } from './page.ts';
import { readChoice } from './parameters.ts';
import { friendlyName, method, type Property, readProperties, url } from './properties.ts';
import { canonicalSid } from './sids.ts';

const PROPERTIES: Property[] = [
  ['FriendlyName', 'friendly_name', friendlyName],
  ['CallbackUrl', 'callback_url', url],
  ['CallbackMethod', 'callback_method', method],
];
const FILTERS = ['Recurring', 'TriggerBy', 'UsageCategory'] as const;

export async function createTrigger(call: Call): Promise<Answer> {
  const { store, clock, sids } = call.context;
  const properties = readProperties(call.form, PROPERTIES);
  if (!properties.callback_url) throw missing('CallbackUrl', 'Say who is told.');
  const category = readCategory(call);
  const by = (readChoice(call.form, 'TriggerBy', [...TRIGGER_FIELDS]) ?? 'usage') as TriggerField;
  const recurring = (readChoice(call.form, 'Recurring', [...RECURRENCES]) ?? null) as Recurrence | null;
  const now = clock.now();
  const kept = {
    friendly_name: null,
    ...properties,
    callback_method: properties.callback_method ?? 'POST',
    usage_category: category,
    trigger_by: by,
    recurring,
    fired_at: null,
  } as Omit<TriggerProperties, 'trigger_value'>;
  const value = readValue(call, await currentOf(call, kept));
  const made: Document = {
    ...TRIGGERS,
    sid: sids.make('UT'),
    parentSid: call.account.sid,
    name: null,
    properties: { ...kept, trigger_value: value },
    createdAt: now,
    updatedAt: now,
  };
  await store.saveDocument(made);
  return one(call, made, 201);
}

export async function fetchTrigger(call: Call): Promise<Answer> {
  return one(call, await mustFind(call));
}

/** `Recurring` finds those that fire once by an empty value or `alltime`. */
export async function listTriggers(call: Call): Promise<Answer> {
  const paging = readPaging(call.query, 'UT');
  const filters = readFilterPairs(call.query, FILTERS);
  const wanted = new Map(filters);
  const recurring = wanted.get('Recurring');
  const query = { ...TRIGGERS, parentSid: call.account.sid, limit: MOST_DOCUMENTS };
  const found = (await call.context.store.documents(query)).filter((document) => {
    const trigger = triggerFrom(document);
    if (recurring !== undefined && (trigger.recurring ?? 'alltime') !== recurring) return false;
    return (
      (wanted.get('TriggerBy') ?? trigger.trigger_by) === trigger.trigger_by &&
      (wanted.get('UsageCategory') ?? trigger.usage_category) === trigger.usage_category
    );
  });
  const { items, ...around } = slicePage(found, paging);
  const resources = await Promise.all(items.map((item) => render(call, item)));
  const naming = { key: 'usage_triggers', container: 'UsageTriggers', element: 'UsageTrigger' };
  return { kind: 'list', list: makeList(call, paging, { ...naming, resources, ...around, filters }) };
}

export async function updateTrigger(call: Call): Promise<Answer> {
  const found = await mustFind(call);
  const changed = readProperties(call.form, PROPERTIES);
  if (changed.callback_url === null) throw missing('CallbackUrl', 'Leave it out to keep the present one.');
  const properties = {
    ...found.properties,
    ...changed,
    callback_method: changed.callback_method ?? found.properties.callback_method,
  };
  const updated = { ...found, properties, updatedAt: Math.max(call.context.clock.now(), found.updatedAt + 1) };
  await keepDocument(call.context.store, updated, found);
  return one(call, updated);
}

export async function removeTrigger(call: Call): Promise<Answer> {
  const { sid } = await mustFind(call);
  await call.context.store.removeDocument(TRIGGERS.accountSid, TRIGGERS.kind, sid);
  return { kind: 'none' };
}

/** A trigger of another account is as good as none. */
async function mustFind(call: Call): Promise<Document> {
  const { accountSid, kind } = TRIGGERS;
  const found = await call.context.store.document(accountSid, kind, canonicalSid(call.sids[0]));
  if (found === null || found.parentSid !== call.account.sid) throw refuse(20404, { path: call.meta.path });
  return found;
}

function readCategory({ form }: Call): string {
  const name = form.one('UsageCategory');
  if (!name) throw missing('UsageCategory', 'Say what is watched, such as sms-outbound.');
  if (findCategory(name)) return name;
  const allowed = CATEGORIES.map((one) => one.name).join(', ');
  throw refuse(20001, {}, { parameter: 'UsageCategory', received: name, allowed, fix: 'Watch one of these.' });
}

function readValue({ form }: Call, current: string): string {
  const text = form.one('TriggerValue');
  if (!text) throw missing('TriggerValue', 'Say at which value it fires.');
  const value = triggerValueOf(text.trim(), current);
  if (value !== null) return value;
  const allowed = 'a positive number, or one on top of the present value such as +30';
  throw refuse(20001, {}, { parameter: 'TriggerValue', received: text, allowed, fix: 'A plus has to be sent as %2B.' });
}

function missing(parameter: string, fix: string): Error {
  return refuse(20001, { text: `Missing required parameter ${parameter} in the post body` }, { parameter, fix });
}

async function currentOf(call: Call, trigger: Omit<TriggerProperties, 'trigger_value'>): Promise<string> {
  const { store, clock } = call.context;
  const accountSids = familyOf(call.account.sid, await store.accounts());
  const counted = await store.usage({ accountSids, ...daysOf(trigger.recurring, clock.now()), per: 'all' });
  const category = findCategory(trigger.usage_category);
  return currentValue(category ? sumUp(category, counted) : NO_USAGE, trigger.trigger_by);
}

async function one(call: Call, document: Document, status: 200 | 201 = 200): Promise<Answer> {
  return { kind: 'resource', status, element: 'UsageTrigger', resource: await render(call, document) };
}

async function render(call: Call, document: Document): Promise<Resource> {
  const { sid, parentSid: accountSid, createdAt, updatedAt } = document;
  const trigger = triggerFrom(document);
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    callback_method: trigger.callback_method,
    callback_url: trigger.callback_url,
    current_value: await currentOf(call, trigger),
    date_created: rfc2822(createdAt),
    date_fired: trigger.fired_at === null ? null : rfc2822(trigger.fired_at),
    date_updated: rfc2822(updatedAt),
    friendly_name: trigger.friendly_name,
    recurring: trigger.recurring,
    sid,
    trigger_by: trigger.trigger_by,
    trigger_value: trigger.trigger_value,
    uri: `${API_ROOT}/Accounts/${accountSid}/Usage/Triggers/${sid}.json`,
    usage_category: trigger.usage_category,
    usage_record_uri: usageRecordUri(accountSid, trigger.usage_category),
  };
}
