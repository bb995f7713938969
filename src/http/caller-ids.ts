/** OutgoingCallerIds: numbers an account has shown to be its own, and the validation that makes one. */
import { randomInt } from 'node:crypto';
import { parseSender } from '../domain/address.ts';
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { friendly } from '../domain/number-format.ts';
import type { Document } from '../store/directory.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { findDocument, listDocuments } from './documents.ts';
import { keepDocument } from './keep-document.ts';
import { readInteger } from './parameters.ts';
import { friendlyName, method, type Property, readProperties, url } from './properties.ts';

const KIND = 'caller-id';
const NAME: Property[] = [['FriendlyName', 'friendly_name', friendlyName]];
/** Of a call that is not made here: read and checked, without effect. */
const OF_THE_CALL: Property[] = [
  ['StatusCallback', 'status_callback', url],
  ['StatusCallbackMethod', 'status_callback_method', method],
];
const LONGEST_DELAY_SECONDS = 60;

/**
 * Asks for a number's validation. Nobody can be called from here, so in `dev` the number is confirmed at once and its
 * code shown in the answer and in the log; `serve` cannot know whose the number is and refuses with 501.
 */
export async function createValidation(call: Call): Promise<Answer> {
  const { context, account, form } = call;
  const phoneNumber = readPhoneNumber(call);
  const properties = { friendly_name: friendly(phoneNumber), ...readProperties(form, NAME), phone_number: phoneNumber };
  judgeCall(call);
  if (context.settings.mode !== 'dev') {
    throw refuse(
      20501,
      {},
      {
        parameter: 'PhoneNumber',
        fix: 'This server makes no calls. Registered numbers need no validation; try it with pidge dev.',
      },
    );
  }
  const now = context.clock.now();
  const callerId: Document = {
    accountSid: account.sid,
    kind: KIND,
    sid: context.sids.make('PN'),
    parentSid: '',
    name: phoneNumber,
    properties,
    createdAt: now,
    updatedAt: now,
  };
  if ((await context.store.saveDocument(callerId)) === 'taken') {
    throw refuse(21450, {}, { parameter: 'PhoneNumber', received: phoneNumber });
  }
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  context.observe({ type: 'caller-id.validated', at: now, accountSid: account.sid, phoneNumber, code });
  const resource: Resource = {
    account_sid: account.sid,
    call_sid: null,
    friendly_name: properties.friendly_name,
    phone_number: phoneNumber,
    validation_code: code,
  };
  return { kind: 'resource', status: 200, element: 'ValidationRequest', resource };
}

export async function fetchCallerId(call: Call): Promise<Answer> {
  return one(await findDocument(call, KIND));
}

/** `PhoneNumber` and `FriendlyName` filter, exactly. */
export async function listCallerIds(call: Call): Promise<Answer> {
  const list = await listDocuments(call, {
    kind: KIND,
    prefix: 'PN',
    key: 'outgoing_caller_ids',
    container: 'OutgoingCallerIds',
    element: 'OutgoingCallerId',
    filters: { PhoneNumber: 'phone_number', FriendlyName: 'friendly_name' },
    render,
  });
  return { kind: 'list', list };
}

export async function updateCallerId(call: Call): Promise<Answer> {
  const callerId = await findDocument(call, KIND);
  const changed = readProperties(call.form, NAME);
  // One that was emptied is found by the name it is shown with.
  if (changed.friendly_name === null) changed.friendly_name = friendly(String(callerId.properties.phone_number));
  const properties = { ...callerId.properties, ...changed };
  const updated = { ...callerId, properties, updatedAt: call.context.clock.now() };
  await keepDocument(call.context.store, updated, callerId);
  return one(updated);
}

export async function removeCallerId(call: Call): Promise<Answer> {
  const { sid } = await findDocument(call, KIND);
  await call.context.store.removeDocument(call.account.sid, KIND, sid);
  return { kind: 'none' };
}

function readPhoneNumber(call: Call): string {
  const text = call.form.one('PhoneNumber') ?? '';
  const address = parseSender(text);
  if (address?.kind === 'number') return address.e164;
  throw refuse(21401, {}, { parameter: 'PhoneNumber', received: text, allowed: 'a number in E.164 form' });
}

function judgeCall({ form }: Call): void {
  const delay = form.one('CallDelay') ?? '';
  if (delay !== '' && !(/^\d{1,2}$/.test(delay) && Number(delay) <= LONGEST_DELAY_SECONDS)) {
    const allowed = `whole seconds from 0 to ${LONGEST_DELAY_SECONDS}`;
    throw refuse(21454, {}, { parameter: 'CallDelay', received: delay, allowed });
  }
  readInteger(form, 'Extension');
  readProperties(form, OF_THE_CALL);
}

function one(callerId: Document): Answer {
  return { kind: 'resource', status: 200, element: 'OutgoingCallerId', resource: render(callerId) };
}

function render({ accountSid, sid, properties, createdAt, updatedAt }: Document): Resource {
  return {
    sid,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    friendly_name: properties.friendly_name ?? friendly(String(properties.phone_number)),
    account_sid: accountSid,
    phone_number: properties.phone_number,
    uri: `${API_ROOT}/Accounts/${accountSid}/OutgoingCallerIds/${sid}.json`,
  };
}
