/**
 * The request that made a message, told from what is kept of it, and sent once more. Requests themselves are not kept:
 * what was not said and what was said without effect look the same, and a service's own settings stand where they ruled.
 */
import { isoMs } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import type { Message } from '../../domain/message.ts';
import { type Answer, API_ROOT } from '../answer.ts';
import type { Call } from '../context.ts';
import { Form } from '../form.ts';
import { renderMessage } from '../render.ts';
import { canonicalSid } from '../sids.ts';
import { isRedacted } from './message-row.ts';

/** What a message has that named none (seconds). */
const USUAL_VALIDITY = 36_000;

export interface RebuiltRequest {
  method: 'POST';
  path: string;
  parameters: [name: string, value: string][];
  is_rebuilt: true;
  /** Parameters that it had and that are not kept. */
  missing: string[];
}

/** `sendAt`: of what still waits for its hour (epoch ms); no other hour is kept. */
export function rebuildRequest(message: Message, sendAt: number | null = null): RebuiltRequest {
  const { from, to, serviceSid, body, options, history, numMedia, callbackUrl, tags } = message;
  const parameters: [string, string][] = [['To', to]];
  const add = (name: string, value: string | null | undefined): void => {
    if (value !== null && value !== undefined && value !== '') parameters.push([name, value]);
  };
  // With a service alone a message begins without a sender.
  const isPicked = serviceSid !== null && history[0]?.status !== 'queued';
  if (!isPicked) add('From', from);
  add('MessagingServiceSid', serviceSid);
  if (options.content) {
    add('ContentSid', options.content.sid);
    const { variables } = options.content;
    if (Object.keys(variables).length > 0) add('ContentVariables', JSON.stringify(variables));
  } else add('Body', body);
  add('StatusCallback', callbackUrl);
  const validity = (message.validUntil - message.createdAt) / 1_000;
  const wasScheduled = history[0]?.status === 'scheduled';
  if (!wasScheduled && Number.isInteger(validity) && validity < USUAL_VALIDITY) add('ValidityPeriod', String(validity));
  if (message.smartEncoded) add('SmartEncoded', 'true');
  if (message.provideFeedback) add('ProvideFeedback', 'true');
  if (message.maxPriceMicros !== null) add('MaxPrice', String(message.maxPriceMicros / 1_000_000));
  if (Object.keys(tags).length > 0) add('Tags', JSON.stringify(tags));
  if (options.asMms) add('SendAsMms', 'true');
  if (options.discardContent) add('ContentRetention', 'discard');
  if (options.obfuscateAddresses) add('AddressRetention', 'obfuscate');
  add('FallbackFrom', options.fallbackFrom);
  for (const action of options.actions ?? []) add('PersistentAction', action);
  for (const [name, value] of Object.entries(options.hints ?? {})) add(name, value);
  if (sendAt !== null) {
    add('ScheduleType', 'fixed');
    add('SendAt', isoMs(sendAt));
  }
  const missing = [
    ...(isRedacted(message) && !options.content ? ['Body'] : []),
    ...(numMedia > 0 && !options.content ? ['MediaUrl'] : []),
    ...(to.endsWith('XXXX') ? ['To'] : []),
    ...(wasScheduled && sendAt === null ? ['ScheduleType', 'SendAt'] : []),
  ];
  const path = `${API_ROOT}/Accounts/${message.accountSid}/Messages.json`;
  return { method: 'POST', path, parameters, is_rebuilt: true, missing };
}

/** Of what is missing only the hour can be done without: then it leaves at once. */
export function lackingFor({ missing }: RebuiltRequest, given: ReadonlySet<string> = new Set()): string[] {
  return missing.filter((name) => name !== 'ScheduleType' && name !== 'SendAt' && !given.has(name));
}

/** The same parameters as a new message. Those of the JSON body take the place of its own; `null` leaves one out. */
export async function resendMessage(call: Call): Promise<Answer> {
  const { context, account, meta } = call;
  const message = await context.store.message(account.sid, canonicalSid(call.sids[0]));
  if (message === null) throw refuse(20404, { path: meta.path });
  if (message.direction === 'inbound') {
    const details = { received: message.direction, allowed: 'outbound', fix: 'Let its phone write once more.' };
    throw refuse(20001, { text: 'What came in cannot be sent again' }, details);
  }
  const changes = changesOf(call.json);
  const request = rebuildRequest(message);
  const [lacking] = lackingFor(request, new Set(changes.keys()));
  if (lacking !== undefined) {
    const details = { parameter: lacking, received: 'not kept', fix: `Give ${lacking} in the JSON body.` };
    throw refuse(20001, { text: `${lacking} of the message is not kept any more` }, details);
  }
  const form = new Form();
  for (const [name, value] of request.parameters) if (!changes.has(name)) form.add(name, value);
  for (const [name, values] of changes) for (const value of values) form.add(name, value);
  const { message: made, isReplayed } = await context.create(account, form, meta);
  const defaultServiceSid = context.settings.defaultServiceSid === 'null' ? null : account.defaultServiceSid;
  const resource = renderMessage(made, { defaultServiceSid, fresh: true });
  return { kind: 'resource', status: 201, element: 'Message', resource, isReplayed };
}

function changesOf(json: unknown): Map<string, string[]> {
  if (json === undefined || json === null) return new Map();
  if (typeof json !== 'object' || Array.isArray(json)) throw wrong('the body', json);
  return new Map(
    Object.entries(json).map(([name, value]): [string, string[]] => {
      const values: unknown[] = value === null ? [] : Array.isArray(value) ? value : [value];
      return [name, values.map((one) => (isText(one) ? one : fail(name, one)))];
    }),
  );
}

/** As a form may hold it. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

function fail(name: string, value: unknown): never {
  throw wrong(name, value);
}

function wrong(parameter: string, value: unknown): Error {
  const received = (JSON.stringify(value) ?? '').slice(0, 100);
  const details = { parameter, received, allowed: 'a text, a list of texts, or null' };
  return refuse(20001, { text: `Invalid ${parameter}` }, { ...details, fix: 'Send {"Body": "Hello again"}.' });
}
