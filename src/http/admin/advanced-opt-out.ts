/**
 * `…/services/{MG}/opt-out`: Advanced Opt-Out of a service (behaviour sheet 4.5), for which the original publishes no
 * operations. Its keywords and texts count from the next message on.
 */
import { isCountry } from '../../domain/address.ts';
import { type AdvancedInput, readAdvanced, showAdvanced } from '../../domain/advanced-opt-out.ts';
import { iso8601 } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { namedSid } from '../../domain/sid.ts';
import type { Document } from '../../store/directory.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { mustFindService } from '../messaging/services.ts';
import { objectOf, wrong } from './fields.ts';

const KIND = 'opt-out';
const MOST_TEXTS = 300;

/** What a service has; `enabled` is false where the default handling counts. */
export async function fetchAdvanced(call: Call): Promise<Answer> {
  const service = await mustFindService(call);
  return answer(call, service.sid, await find(call, service.sid));
}

/** Replaces all of it: what is left out is as by default. */
export async function putAdvanced(call: Call): Promise<Answer> {
  const service = await mustFindService(call);
  const properties = { ...readBody(call.json) };
  const now = call.context.clock.now();
  const former = await find(call, service.sid);
  const document: Document = {
    accountSid: call.account.sid,
    kind: KIND,
    sid: sidOf(call, service.sid),
    parentSid: service.sid,
    name: KIND,
    properties,
    createdAt: former?.createdAt ?? now,
    updatedAt: now,
  };
  await call.context.store.saveDocument(document);
  return answer(call, service.sid, document);
}

/** Back to the default handling; also where there is none. */
export async function removeAdvanced(call: Call): Promise<Answer> {
  const service = await mustFindService(call);
  await call.context.store.removeDocument(call.account.sid, KIND, sidOf(call, service.sid));
  return { kind: 'none' };
}

function find(call: Call, serviceSid: string): Promise<Document | null> {
  return call.context.store.document(call.account.sid, KIND, sidOf(call, serviceSid));
}

/** One a service, also when two requests make it at once. */
function sidOf(call: Call, serviceSid: string): string {
  return namedSid('OO', `${call.account.sid} ${serviceSid}`);
}

function readBody(body: unknown): { enabled: boolean } & AdvancedInput {
  const { enabled = true, keywords, texts } = objectOf(body, 'the body', ['enabled', 'keywords', 'texts']);
  if (typeof enabled !== 'boolean') throw wrong('enabled', enabled, 'true, false');
  const input: AdvancedInput = {};
  if (keywords !== undefined) input.keywords = readKeywords(keywords);
  if (texts !== undefined) input.texts = readTexts(texts);
  const read = readAdvanced(input);
  if (read.ok) return { enabled, ...input };
  const { parameter, received, allowed, fix } = read;
  throw refuse(20001, { text: `Invalid ${parameter}` }, { parameter, received: received.slice(0, 100), allowed, fix });
}

function readKeywords(value: unknown): NonNullable<AdvancedInput['keywords']> {
  const lists = mapOf(value, 'keywords');
  for (const [key, words] of Object.entries(lists)) {
    const isList = Array.isArray(words) && words.every((word) => typeof word === 'string');
    if (!isList) throw wrong(`keywords.${key}`, words, 'a list of words');
  }
  return lists as NonNullable<AdvancedInput['keywords']>;
}

/** Under names that the domain judges. */
function mapOf(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(place, value, 'a JSON object');
}

/** A text alone is the one for `ALL`. */
function readTexts(value: unknown): NonNullable<AdvancedInput['texts']> {
  const read = Object.entries(mapOf(value, 'texts')).map(([key, given]): [string, unknown] => {
    if (typeof given === 'string') return [key, { ALL: given }];
    const place = `texts.${key}`;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw wrong(place, given, 'a text, or texts by country');
    }
    const texts = Object.entries(given);
    if (texts.length > MOST_TEXTS) throw wrong(place, `${texts.length} countries`, `up to ${MOST_TEXTS} countries`);
    for (const [country, text] of texts) {
      if (country !== 'ALL' && !isCountry(country)) throw wrong(place, country, 'an ISO 3166 code, or ALL');
      if (typeof text !== 'string') throw wrong(`${place}.${country}`, text, 'a text');
    }
    return [key, given];
  });
  return Object.fromEntries(read) as NonNullable<AdvancedInput['texts']>;
}

function answer(call: Call, serviceSid: string, document: Document | null): Answer {
  const { enabled = false, ...input } = (document?.properties ?? {}) as { enabled?: boolean } & AdvancedInput;
  const read = readAdvanced(input);
  if (!read.ok) throw new Error(`Advanced Opt-Out of ${serviceSid} cannot be read: ${read.parameter}`);
  const resource = {
    sid: document?.sid ?? null,
    account_sid: call.account.sid,
    service_sid: serviceSid,
    enabled,
    ...showAdvanced(read.advanced),
    date_created: document && iso8601(document.createdAt),
    date_updated: document && iso8601(document.updatedAt),
    url: `${call.origin()}${call.base}`,
  };
  return { kind: 'resource', status: 200, element: 'OptOut', resource };
}
