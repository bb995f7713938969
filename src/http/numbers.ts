/** IncomingPhoneNumbers: the numbers an account may send from, and the webhooks kept with them. */
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { canMmsByKind } from '../domain/mms.ts';
import { friendly } from '../domain/number-format.ts';
import { poolTypeOf, poolWith } from '../domain/number-pools.ts';
import type { Sender } from '../store/directory.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import { poolsOf } from './available-numbers.ts';
import type { Call } from './context.ts';
import { keepSender } from './keep-sender.ts';
import { chosenNumbers, findHadAnyway, taken } from './number-choice.ts';
import { moved, readMove } from './number-moves.ts';
import { APPLICATIONS, readNumberProperties } from './number-properties.ts';
import { makeList, readPaging, slicePage } from './page.ts';
import { readBoolean } from './parameters.ts';
import { canonicalSid } from './sids.ts';

/** Registers a number, or one of an area that is free. The first of the chosen that nobody else takes meanwhile. */
export async function createNumber(call: Call): Promise<Answer> {
  const { context, account, form } = call;
  const numbers = await chosenNumbers(call);
  const properties = readNumberProperties(form, {});
  await mustOwnApplications(call, account.sid, properties);
  const now = context.clock.now();
  for (const e164 of numbers) {
    const pool = poolWith(poolsOf(call), e164);
    const canSms = pool?.canSms ?? true;
    mustCarryText(canSms, properties);
    const had = await findHadAnyway(call, e164);
    const sender: Sender = {
      sid: context.sids.make('PN'),
      accountSid: account.sid,
      address: e164,
      kind: 'number',
      canSms,
      canMms: pool?.canMms ?? canMmsByKind({ kind: 'number', e164 }),
      rate: null,
      createdAt: now,
      ...had,
      properties: { friendly_name: friendly(e164), ...had?.properties, ...properties },
      updatedAt: now,
    };
    if ((await keepSender(call, sender, had)) === 'taken') continue;
    return { kind: 'resource', status: 201, element: 'IncomingPhoneNumber', resource: renderNumber(call, sender) };
  }
  throw taken(numbers[0] ?? '');
}

export async function fetchNumber(call: Call): Promise<Answer> {
  return one(call, await mustFind(call));
}

export function listNumbers(call: Call): Promise<Answer> {
  return listNumbersWhere(call, () => true);
}

/** Filters: `FriendlyName` exactly, `PhoneNumber` as a part in which `*` is any digit, `Beta`, `Origin`. */
export async function listNumbersWhere(call: Call, fits: (sender: Sender) => boolean): Promise<Answer> {
  const paging = readPaging(call.query, 'PN');
  const filters = ['FriendlyName', 'PhoneNumber', 'Beta', 'Origin'].flatMap((name): [string, string][] => {
    const value = call.query.one(name);
    return value ? [[name, value]] : [];
  });
  const wanted = new Map(filters);
  const wantsBeta = readBoolean(call.query, 'Beta') ?? false;
  const pattern = readPattern(wanted.get('PhoneNumber'));
  const name = wanted.get('FriendlyName');
  const senders = (await call.context.store.senders(call.account.sid)).filter(
    (sender) =>
      sender.kind === 'number' &&
      fits(sender) &&
      (!name || nameOf(sender) === name) &&
      pattern.test(sender.address) &&
      // All of ours are hosted by nobody but us: no beta numbers, and `twilio` as origin for the sake of clients.
      !wantsBeta &&
      (wanted.get('Origin') ?? 'twilio') === 'twilio',
  );
  const page = slicePage(senders, paging);
  const list = makeList(call, paging, {
    key: 'incoming_phone_numbers',
    container: 'IncomingPhoneNumbers',
    element: 'IncomingPhoneNumber',
    resources: page.items.map((sender) => renderNumber(call, sender)),
    hasNext: page.hasNext,
    hasPrevious: page.hasPrevious,
    filters,
  });
  return { kind: 'list', list };
}

export async function updateNumber(call: Call): Promise<Answer> {
  const sender = await mustFind(call);
  const properties = readNumberProperties(call.form, sender.properties);
  mustCarryText(sender.canSms, properties);
  const target = await readMove(call, sender);
  await mustOwnApplications(call, target ?? sender.accountSid, properties);
  const placed = target === null ? sender : moved(sender, target);
  const updated: Sender = {
    ...placed,
    properties: { ...placed.properties, ...properties },
    updatedAt: call.context.clock.now(),
  };
  await keepSender(call, updated, sender);
  return one(call, updated);
}

export async function removeNumber(call: Call): Promise<Answer> {
  const sender = await mustFind(call);
  await call.context.store.removeSender(call.account.sid, sender.sid);
  call.context.onSenderChanged();
  return { kind: 'none' };
}

async function mustFind(call: Call): Promise<Sender> {
  const sender = await call.context.store.sender(call.account.sid, canonicalSid(call.sids[0]));
  if (sender === null || sender.kind !== 'number') throw refuse(20404, { path: call.meta.path });
  return sender;
}

/** An application of another account is as good as none: 400/21420. */
async function mustOwnApplications(call: Call, accountSid: string, properties: Resource): Promise<void> {
  const { store } = call.context;
  for (const [parameter, property] of APPLICATIONS) {
    const sid = properties[property];
    if (typeof sid !== 'string' || (await store.document(accountSid, 'application', canonicalSid(sid)))) continue;
    throw refuse(21420, {}, { parameter, received: sid });
  }
}

function mustCarryText(canSms: boolean, properties: Record<string, unknown>): void {
  if (canSms || !properties.sms_url) return;
  throw refuse(21407, {}, { parameter: 'SmsUrl', received: String(properties.sms_url) });
}

/** Digits stand for themselves, `*` for one digit; anything else (spaces, brackets) is left out, and alone fits nothing. */
function readPattern(text: string | undefined): RegExp {
  const digits = (text ?? '').replace(/[^\d*+]/g, '');
  if (text && digits === '') return /(?!)/;
  return new RegExp(digits.replaceAll('+', '\\+').replaceAll('*', '\\d'));
}

function one(call: Call, sender: Sender): Answer {
  return { kind: 'resource', status: 200, element: 'IncomingPhoneNumber', resource: renderNumber(call, sender) };
}

/** Its own, else its digits as people write them. */
function nameOf({ address, properties }: Sender): unknown {
  return properties.friendly_name ?? friendly(address);
}

function renderNumber(call: Call, sender: Sender): Resource {
  const kept = sender.properties;
  const text = (name: string): unknown => kept[name] ?? null;
  return {
    account_sid: sender.accountSid,
    address_sid: text('address_sid'),
    address_requirements: 'none',
    api_version: text('api_version') ?? '2010-04-01',
    beta: false,
    capabilities: { voice: false, sms: sender.canSms, mms: sender.canMms, fax: false },
    date_created: rfc2822(sender.createdAt),
    date_updated: rfc2822(sender.updatedAt),
    friendly_name: nameOf(sender),
    identity_sid: text('identity_sid'),
    phone_number: sender.address,
    origin: 'twilio',
    sid: sender.sid,
    sms_application_sid: text('sms_application_sid'),
    sms_fallback_method: text('sms_fallback_method') ?? 'POST',
    sms_fallback_url: text('sms_fallback_url') ?? '',
    sms_method: text('sms_method') ?? 'POST',
    sms_url: text('sms_url') ?? '',
    status_callback: text('status_callback') ?? '',
    status_callback_method: text('status_callback_method') ?? 'POST',
    trunk_sid: text('trunk_sid'),
    uri: `${API_ROOT}/Accounts/${sender.accountSid}/IncomingPhoneNumbers/${sender.sid}.json`,
    voice_receive_mode: text('voice_receive_mode') ?? 'voice',
    voice_application_sid: text('voice_application_sid'),
    voice_caller_id_lookup: text('voice_caller_id_lookup') ?? false,
    voice_fallback_method: text('voice_fallback_method') ?? 'POST',
    voice_fallback_url: text('voice_fallback_url') ?? '',
    voice_method: text('voice_method') ?? 'POST',
    voice_url: text('voice_url') ?? '',
    emergency_status: text('emergency_status') ?? 'Inactive',
    emergency_address_sid: text('emergency_address_sid'),
    emergency_address_status: 'unregistered',
    bundle_sid: text('bundle_sid'),
    status: 'in-use',
    type: poolTypeOf(poolsOf(call), sender.address),
  };
}
