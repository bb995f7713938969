/**
 * `/_admin/v1/accounts/{AC}/opt-outs`: who wants nothing more from what, listed, added and removed by hand, and who has
 * changed it when. A change is answered only when nothing that was under way before can still reach the phone (S5).
 */
import { parseTo } from '../../domain/address.ts';
import { csvLine } from '../../domain/csv.ts';
import { refuse } from '../../domain/errors.ts';
import { keysThatForbid, type OptOut, type OptOutChannel, type OptOutKey } from '../../domain/opt-out.ts';
import { OPT_OUT_COLUMNS, optOutLine, readOptOutKey } from '../../domain/opt-out-input.ts';
import type { OptOutChange, OptOutQuery } from '../../store/inbound-shapes.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import type { Form } from '../form.ts';
import { findService } from '../messaging/services.ts';
import { badToken, readPageSize } from '../page.ts';
import { readChoice } from '../parameters.ts';
import { fieldsOf } from './fields.ts';

const CHANNELS = ['sms', 'whatsapp', 'messenger'];
const FIELDS = ['channel', 'scope', 'peer'] as const;
const EXPORTED_AT_ONCE = 1_000;

/** Newest first; `scope`, `peer` and `channel` choose. */
export async function listOptOuts(call: Call): Promise<Answer> {
  const { size } = readPageSize(call.query);
  const token = call.query.one('PageToken') || undefined;
  const query: OptOutQuery = {
    ...readFilter(call),
    limit: size + 1,
    after: token === undefined ? undefined : placeOf(token),
  };
  const found = await call.context.store.optOuts(query);
  const last = found.length > size ? found[size - 1] : undefined;
  return answerForward(call, 'opt_outs', found.slice(0, size).map(render), last && tokenOf(last));
}

/** All of them as CSV, which the import takes back. */
export async function exportOptOuts(call: Call): Promise<Answer> {
  const { store } = call.context;
  const query = { ...readFilter(call), limit: EXPORTED_AT_ONCE };
  const first = await store.optOuts(query);
  const taken = { count: 0 };
  async function* chunks(): AsyncGenerator<string> {
    yield csvLine([...OPT_OUT_COLUMNS]);
    for (let page = first; page.length > 0; page = await store.optOuts({ ...query, after: page.at(-1) })) {
      taken.count += page.length;
      yield page.map(optOutLine).join('');
      if (page.length < EXPORTED_AT_ONCE) return;
    }
  }
  return { kind: 'download', contentType: 'text/csv; charset=utf-8', name: 'opt-outs.csv', chunks: chunks(), taken };
}

/** 201; 200 for one that was there before, which stays as it was. */
export async function addOptOut(call: Call): Promise<Answer> {
  const key = await mustRead(call, fieldsOf(call.json, FIELDS));
  const { changed } = await call.context.changeOptOuts(changeOf(call, 'opt-out', key));
  const [made] = await call.context.store.optOuts({ accountSid: call.account.sid, ...key, limit: 1 });
  const status = changed ? 201 : 200;
  const now = call.context.clock.now();
  const resource = render(made ?? { accountSid: call.account.sid, ...key, source: 'api', at: now });
  return { kind: 'resource', status, element: 'OptOut', resource };
}

/** The one that the query names by `scope`, `peer` and `channel`; 404 when there is none. */
export async function removeOptOut(call: Call): Promise<Answer> {
  const key = await mustRead(call, Object.fromEntries(FIELDS.map((name) => [name, addressIn(call.query, name)])));
  const { changed } = await call.context.changeOptOuts(changeOf(call, 'opt-in', key));
  const fix = `${key.peer} has not opted out of ${key.scope} (${key.channel}). GET of this path lists who has.`;
  if (!changed) throw refuse(20404, { path: call.meta.path }, { parameter: 'peer', received: key.peer, fix });
  return { kind: 'none' };
}

/** What was ever changed, newest first: nothing is taken out of it. */
export async function listOptOutLog(call: Call): Promise<Answer> {
  const { size } = readPageSize(call.query);
  const token = call.query.one('PageToken') || undefined;
  const [, before] = /^PA(\d{1,15})$/.exec(token ?? '') ?? [];
  if (token !== undefined && before === undefined) throw badToken(token);
  const accountSid = call.account.sid;
  const found = await call.context.store.optOutLog({
    accountSid,
    limit: size + 1,
    ...(before !== undefined && { before: Number(before) }),
  });
  const shown = found.slice(0, size).map(({ change, channel, scope, peer, source, actor, at }) => ({
    account_sid: accountSid,
    at: new Date(at).toISOString(),
    change,
    channel,
    scope,
    peer,
    source,
    actor,
  }));
  const last = found.length > size ? found[size - 1] : undefined;
  return answerForward(call, 'opt_out_log', shown, last && `PA${last.id}`);
}

/** The key that is meant, of the account's own services alone; else 400/20001. */
async function mustRead(call: Call, fields: Record<string, string | undefined>): Promise<OptOutKey> {
  const read = readOptOutKey(fields);
  if (!read.ok) throw refuse(20001, { text: `Invalid ${read.fault.parameter}` }, read.fault);
  const { scope } = read.key;
  if (scope.startsWith('MG') && !(await findService(call, scope))) throw unknownService(scope);
  return read.key;
}

function unknownService(received: string): Error {
  const details = { parameter: 'scope', received, allowed: 'a service of the account', fix: 'Look at /v1/Services.' };
  return refuse(20001, { text: 'Invalid scope' }, details);
}

function changeOf(call: Call, change: OptOutChange['change'], key: OptOutKey): OptOutChange {
  return { accountSid: call.account.sid, change, keys: [key], source: 'api', actor: actorOf(call) };
}

/** As the log has it: the account, its parent, or the key that was used. */
export function actorOf({ caller }: Call): string {
  return caller.keySid ?? caller.account.sid;
}

function readFilter(call: Call): Omit<OptOutQuery, 'limit' | 'after'> {
  const channel = readChoice(call.query, 'channel', CHANNELS) as OptOutChannel | undefined;
  const scope = addressIn(call.query, 'scope');
  const text = addressIn(call.query, 'peer');
  const address = text === undefined ? null : parseTo(text);
  if (text !== undefined && !address) {
    const allowed = '+12025550101, whatsapp:+12025550101';
    throw refuse(20001, {}, { parameter: 'peer', received: text, allowed, fix: 'Write the phone in E.164.' });
  }
  const key = address ? keysThatForbid(null, address, [''])[0] : undefined;
  return { accountSid: call.account.sid, channel: channel ?? key?.channel, scope, peer: key?.peer };
}

/** A `+` that nobody has encoded comes as a space. */
function addressIn(query: Form, name: string): string | undefined {
  return query.one(name)?.replace(/(^|:) (?=\d)/, '$1+') || undefined;
}

function render({ accountSid, channel, scope, peer, source, at }: OptOut): Resource {
  return { account_sid: accountSid, channel, scope, peer, source, at: new Date(at).toISOString() };
}

/** A page from which the way leads on and not back. */
function answerForward(call: Call, key: string, resources: Resource[], next: string | undefined): Answer {
  const { size, page } = readPageSize(call.query);
  const url = (number: number, token?: string) => {
    const kept = ['channel', 'scope', 'peer'].flatMap((name): [string, string][] => {
      const value = addressIn(call.query, name);
      return value ? [[name, value]] : [];
    });
    const pairs = [
      ...kept,
      ['PageSize', String(size)],
      ['Page', String(number)],
      ...(token ? [['PageToken', token]] : []),
    ];
    return `${call.origin()}${call.base}?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  };
  return {
    kind: 'page',
    page: {
      key,
      resources,
      page,
      pageSize: size,
      url: url(page, call.query.one('PageToken') || undefined),
      firstUrl: url(0),
      nextUrl: next === undefined ? null : url(page + 1, next),
      previousUrl: null,
    },
  };
}

function tokenOf({ at, channel, peer, scope }: OptOut): string {
  return `PA${Buffer.from(JSON.stringify([at, channel, peer, scope])).toString('base64url')}`;
}

/** The record after which a page begins, by its place alone. */
function placeOf(token: string): OptOut {
  const place = token.startsWith('PA') ? parse(Buffer.from(token.slice(2), 'base64url').toString()) : null;
  const [at, channel, peer, scope, ...rest] = Array.isArray(place) ? place : [];
  const isWhole = Number.isSafeInteger(at) && rest.length === 0 && CHANNELS.includes(channel);
  const isText = [peer, scope].every((text) => typeof text === 'string' && text.isWellFormed() && !text.includes('\0'));
  if (!isWhole || !isText) throw badToken(token);
  return { accountSid: '', at, channel, peer, scope, source: 'api' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a token of ours, which is told by whoever asked.
    return null;
  }
}
