/** IncomingPhoneNumbers: the numbers an account may send from, and the webhooks kept with them. */
import { parseSender } from '../domain/address.ts';
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { isSid } from '../domain/sid.ts';
import type { Sender } from '../store/directory.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { readNumberProperties } from './number-properties.ts';
import { makeList, readPaging, slicePage } from './page.ts';

/** Magic numbers of Twilio's test credentials: one that is taken and one that is none. */
const MAGIC_TAKEN = '+15005550000';
const MAGIC_INVALID = '+15005550001';

/** Registers a number. The operator's carrier contract decides what is theirs; here any possible number is (settled 24). */
export async function createNumber(call: Call): Promise<Answer> {
  const { context, account, form } = call;
  const e164 = readPhoneNumber(call);
  const now = context.clock.now();
  const sender: Sender = {
    sid: context.sids.make('PN'),
    accountSid: account.sid,
    address: e164,
    kind: 'number',
    canSms: true,
    canMms: true,
    rate: null,
    properties: { friendly_name: friendly(e164), ...readNumberProperties(form, {}) },
    createdAt: now,
    updatedAt: now,
  };
  if (e164 === MAGIC_TAKEN || (await context.store.saveSender(sender)) === 'taken') {
    throw refuse(
      21422,
      { PhoneNumber: e164 },
      { parameter: 'PhoneNumber', received: e164, fix: 'Choose a number nobody has registered.' },
    );
  }
  context.onSenderChanged();
  return { kind: 'resource', status: 201, element: 'IncomingPhoneNumber', resource: renderNumber(sender) };
}

export async function fetchNumber(call: Call): Promise<Answer> {
  return one(await mustFind(call));
}

/** Filters: `FriendlyName` exactly, `PhoneNumber` as a part in which `*` is any digit, `Beta`, `Origin`. */
export async function listNumbers(call: Call): Promise<Answer> {
  const paging = readPaging(call.query, 'PN');
  const filters = ['FriendlyName', 'PhoneNumber', 'Beta', 'Origin'].flatMap((name): [string, string][] => {
    const value = call.query.one(name);
    return value ? [[name, value]] : [];
  });
  const wanted = new Map(filters);
  const pattern = readPattern(wanted.get('PhoneNumber'));
  const name = wanted.get('FriendlyName');
  const senders = (await call.context.store.senders(call.account.sid)).filter(
    (sender) =>
      sender.kind === 'number' &&
      (!name || sender.properties.friendly_name === name) &&
      pattern.test(sender.address) &&
      // All of ours are hosted by nobody but us: no beta numbers, and `twilio` as origin for the sake of clients.
      wanted.get('Beta')?.toLowerCase() !== 'true' &&
      (wanted.get('Origin') ?? 'twilio') === 'twilio',
  );
  const page = slicePage(senders, paging);
  const list = makeList(call, paging, {
    key: 'incoming_phone_numbers',
    container: 'IncomingPhoneNumbers',
    element: 'IncomingPhoneNumber',
    resources: page.items.map(renderNumber),
    hasNext: page.hasNext,
    hasPrevious: page.hasPrevious,
    filters,
  });
  return { kind: 'list', list };
}

export async function updateNumber(call: Call): Promise<Answer> {
  const sender = await mustFind(call);
  const moved = call.form.one('AccountSid');
  if (moved !== undefined && moved !== sender.accountSid) {
    throw refuse(20501, {}, { parameter: 'AccountSid', fix: 'Moving a number between accounts is not built yet.' });
  }
  const updated: Sender = {
    ...sender,
    properties: { ...sender.properties, ...readNumberProperties(call.form, sender.properties) },
    updatedAt: call.context.clock.now(),
  };
  await call.context.store.saveSender(updated);
  call.context.onSenderChanged();
  return one(updated);
}

export async function removeNumber(call: Call): Promise<Answer> {
  const sender = await mustFind(call);
  await call.context.store.removeDocument(call.account.sid, 'pool', sender.sid);
  await call.context.store.removeSender(call.account.sid, sender.sid);
  call.context.onSenderChanged();
  return { kind: 'none' };
}

async function mustFind(call: Call): Promise<Sender> {
  const sid = call.sids[0] ?? '';
  const canonical = isSid(sid) ? sid.slice(0, 2) + sid.slice(2).toLowerCase() : sid;
  const sender = await call.context.store.sender(call.account.sid, canonical);
  if (sender === null || sender.kind !== 'number') throw refuse(20404, { path: call.meta.path });
  return sender;
}

function readPhoneNumber(call: Call): string {
  const text = call.form.one('PhoneNumber');
  if (!text) {
    if (call.form.has('AreaCode')) {
      const fix = 'Name the number in PhoneNumber; choosing one by area code is not built yet.';
      throw refuse(20501, {}, { parameter: 'AreaCode', received: call.form.one('AreaCode') ?? '', fix });
    }
    throw refuse(21421, { PhoneNumber: '' }, { parameter: 'PhoneNumber', fix: 'Send the number in E.164 form.' });
  }
  const address = text === MAGIC_INVALID ? null : parseSender(text);
  if (address?.kind !== 'number') {
    const details = { parameter: 'PhoneNumber', received: text, allowed: 'a number in E.164 form' };
    throw refuse(21421, { PhoneNumber: text }, { ...details, fix: 'Write it as +12025550100.' });
  }
  return address.e164;
}

/** Digits stand for themselves, `*` for one digit; anything else (spaces, brackets) is left out of the comparison. */
function readPattern(text: string | undefined): RegExp {
  const digits = (text ?? '').replace(/[^\d*+]/g, '');
  return new RegExp(digits.replaceAll('+', '\\+').replaceAll('*', '\\d'));
}

/** `(202) 555-0100` for North America, else the number itself. */
export function friendly(e164: string): string {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : e164;
}

function one(sender: Sender): Answer {
  return { kind: 'resource', status: 200, element: 'IncomingPhoneNumber', resource: renderNumber(sender) };
}

function renderNumber(sender: Sender): Resource {
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
    friendly_name: text('friendly_name') ?? friendly(sender.address),
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
    type: 'local',
  };
}
