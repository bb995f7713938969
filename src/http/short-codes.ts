/** ShortCodes: those the operator has configured, and the webhooks kept with them. None is made or removed here. */
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import type { Sender } from '../store/directory.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { keepSender } from './keep-sender.ts';
import { makeList, readPaging, slicePage } from './page.ts';
import { friendlyName, method, oneOf, type Property, readProperties, url, webhook } from './properties.ts';
import { canonicalSid } from './sids.ts';

const PROPERTIES: Property[] = [
  ['FriendlyName', 'friendly_name', friendlyName],
  ['ApiVersion', 'api_version', oneOf('2010-04-01', '2008-08-01')],
  ['SmsUrl', 'sms_url', webhook],
  ['SmsMethod', 'sms_method', method],
  ['SmsFallbackUrl', 'sms_fallback_url', url],
  ['SmsFallbackMethod', 'sms_fallback_method', method],
];

export async function fetchShortCode(call: Call): Promise<Answer> {
  return one(await mustFind(call));
}

/** `FriendlyName` filters exactly, `ShortCode` by a part. */
export async function listShortCodes(call: Call): Promise<Answer> {
  const paging = readPaging(call.query, 'SC');
  const name = call.query.one('FriendlyName') || undefined;
  const part = call.query.one('ShortCode') || undefined;
  const senders = (await call.context.store.senders(call.account.sid)).filter(
    (sender) =>
      sender.kind === 'short-code' &&
      (name === undefined || nameOf(sender) === name) &&
      (part === undefined || sender.address.includes(part)),
  );
  const page = slicePage(senders, paging);
  const filters: [string, string][] = [];
  if (name !== undefined) filters.push(['FriendlyName', name]);
  if (part !== undefined) filters.push(['ShortCode', part]);
  const list = makeList(call, paging, {
    key: 'short_codes',
    container: 'ShortCodes',
    element: 'ShortCode',
    resources: page.items.map(render),
    hasNext: page.hasNext,
    hasPrevious: page.hasPrevious,
    filters,
  });
  return { kind: 'list', list };
}

export async function updateShortCode(call: Call): Promise<Answer> {
  const sender = await mustFind(call);
  const properties = { ...sender.properties, ...readProperties(call.form, PROPERTIES) };
  const updated = { ...sender, properties, updatedAt: call.context.clock.now() };
  await keepSender(call, updated, sender);
  return one(updated);
}

async function mustFind(call: Call): Promise<Sender> {
  const sender = await call.context.store.sender(call.account.sid, canonicalSid(call.sids[0]));
  if (sender === null || sender.kind !== 'short-code') throw refuse(20404, { path: call.meta.path });
  return sender;
}

function nameOf(sender: Sender): unknown {
  return sender.properties.friendly_name ?? sender.address;
}

function one(sender: Sender): Answer {
  return { kind: 'resource', status: 200, element: 'ShortCode', resource: render(sender) };
}

function render(sender: Sender): Resource {
  const kept = (name: string): unknown => sender.properties[name] ?? null;
  return {
    account_sid: sender.accountSid,
    api_version: kept('api_version') ?? '2010-04-01',
    date_created: rfc2822(sender.createdAt),
    date_updated: rfc2822(sender.updatedAt),
    friendly_name: nameOf(sender),
    short_code: sender.address,
    sid: sender.sid,
    sms_fallback_method: kept('sms_fallback_method') ?? 'POST',
    sms_fallback_url: kept('sms_fallback_url'),
    sms_method: kept('sms_method') ?? 'POST',
    sms_url: kept('sms_url'),
    uri: `${API_ROOT}/Accounts/${sender.accountSid}/SMS/ShortCodes/${sender.sid}.json`,
  };
}
