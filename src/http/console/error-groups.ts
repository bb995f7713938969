/**
 * `/_admin/v1/accounts/{AC}/error-groups`: what went wrong, by code: messages and webhooks (alerts), requests refused and
 * what lenient mode let pass (of this node), each with what it means, what to do, and what its cases have in common.
 */

import { explain } from '../../domain/catalogue.ts';
import { commonGround } from '../../domain/common-ground.ts';
import { isoMs } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import type { AlertGroup, MessageEnds } from '../../store/insight-shapes.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { answer, type ConsoleModule } from './module.ts';
import { sinceOf } from './query-fields.ts';
import type { Refusals } from './refusals-book.ts';

const BUCKETS = 24;
const MOST_MUTED = 500;
const MUTED_KIND = 'muted-error';
const SHOWN_SAMPLES = 5;
const MOST_RECIPIENTS = 3;

async function list(call: Call): Promise<Answer> {
  const { store, clock, console: parts } = call.context;
  const accountSid = call.account.sid;
  const now = clock.now();
  const since = sinceOf(call.query.one('since'), now) ?? now - 86_400_000;
  const bucketMs = Math.max(1, Math.ceil((now + 1 - since) / BUCKETS));
  const { groups, lookedBackTo } = await store.alertGroups({ accountSid, since, bucketMs });
  const sids = groups.flatMap(({ samples }) =>
    samples.flatMap(({ resourceSid }) => (isMessage(resourceSid) ? [resourceSid] : [])),
  );
  const ends = await store.messageEnds(accountSid, [...new Set(sids)]);
  const muted = await mutedCodes(call);
  const refused = parts?.refusals?.of(accountSid, accountSid === parts.operatorSid, since) ?? [];
  const shown = [
    ...groups.map((group) => ofAlerts(group, ends)),
    ...refused.map((one) => ofRefusals(one, since, bucketMs)),
  ].sort((a, b) => (a.last_at < b.last_at ? 1 : -1));
  return answer({
    since: isoMs(since),
    bucket_seconds: bucketMs / 1_000,
    looked_back_to: lookedBackTo === null ? null : isoMs(lookedBackTo),
    refusals_of_this_node: true,
    groups: shown.map((group) => ({ ...group, muted_at: muted.get(group.code) ?? null, ...explained(group.code) })),
  });
}

function explained(code: number): Resource {
  const found = explain(code);
  if (!found)
    return { title: `Error ${code}`, meaning: '', causes: [], fixes: [], side: null, when: null, reproduce: '' };
  const { title, meaning, causes, fixes, side, when, reproduce } = found;
  return { title, meaning, causes, fixes, side, when, reproduce };
}

function ofAlerts(
  { code, level, count, firstAt, lastAt, buckets, samples }: AlertGroup,
  ends: Map<string, MessageEnds>,
) {
  const things = samples.map(({ resourceSid, serviceSid, request }) => {
    const message = resourceSid === null ? undefined : ends.get(resourceSid);
    return {
      phone: message?.to ?? null,
      sender: message?.from ?? null,
      service: serviceSid ?? message?.serviceSid ?? null,
      url: request ? (request.url.split(/[?#]/)[0] ?? null) : null,
    };
  });
  const isWebhook = samples.some(({ request }) => request !== null);
  return {
    code,
    source: isWebhook ? ('webhook' as const) : ('message' as const),
    level,
    count,
    buckets: Array.from({ length: BUCKETS }, (_, place) => buckets.get(place) ?? 0),
    first_at: isoMs(firstAt),
    last_at: isoMs(lastAt),
    here: commonGround(
      things,
      isWebhook ? ['url', 'phone', 'service', 'sender'] : ['phone', 'service', 'sender', 'url'],
    ),
    recipients: isWebhook ? [] : recipientsOf(things.flatMap(({ phone }) => phone ?? [])),
    samples: samples.slice(0, SHOWN_SAMPLES).map(({ at, text, resourceSid, request }, index) => ({
      at: isoMs(at),
      text,
      message_sid: isMessage(resourceSid) ? resourceSid : null,
      url: request?.url ?? null,
      ...{ to: things[index]?.phone ?? null, request: null },
    })),
  };
}

/** Each with how often, most first; none where they are too many to be named. */
function recipientsOf(phones: string[]): { to: string; count: number }[] {
  const counts = Map.groupBy(phones, (to) => to);
  if (counts.size > MOST_RECIPIENTS) return [];
  return [...counts].map(([to, its]) => ({ to, count: its.length })).sort((a, b) => b.count - a.count);
}

function ofRefusals({ code, isLenient, instants, samples }: Refusals, since: number, bucketMs: number) {
  const buckets = Array.from({ length: BUCKETS }, () => 0);
  for (const at of instants) {
    const place = Math.min(BUCKETS - 1, Math.floor((at - since) / bucketMs));
    buckets[place] = (buckets[place] ?? 0) + 1;
  }
  const things = samples.map(({ request }) => ({ path: request ? `${request.method} ${request.path}` : null }));
  return {
    code,
    source: isLenient ? ('lenient' as const) : ('request' as const),
    level: isLenient ? ('warning' as const) : ('error' as const),
    count: instants.length,
    buckets,
    first_at: isoMs(Math.min(...instants)),
    last_at: isoMs(Math.max(...instants)),
    here: commonGround(things, ['path']),
    recipients: [],
    samples: samples
      .slice(-SHOWN_SAMPLES)
      .reverse()
      .map(({ at, text, request }) => ({
        at: isoMs(at),
        text: text ?? '',
        ...{ message_sid: null, url: null, to: null },
        request: request && {
          method: request.method,
          path: request.path,
          status: request.status,
          request_id: request.requestId,
        },
      })),
  };
}

function isMessage(sid: string | null): sid is string {
  return sid !== null && /^[SM]M[0-9a-f]{32}$/.test(sid);
}

/** When each muted code was, by code. */
async function mutedCodes({ context, account }: Call): Promise<Map<number, string>> {
  const found = await context.store.documents({ accountSid: account.sid, kind: MUTED_KIND, limit: MOST_MUTED });
  return new Map(found.map(({ name, createdAt }) => [Number(name), isoMs(createdAt)]));
}

async function mute(call: Call): Promise<Answer> {
  const { store, clock, sids } = call.context;
  const code = codeOf(call);
  const now = clock.now();
  // Of two at a time one finds the name taken, which is what both wanted.
  await store.saveDocument({
    ...{ accountSid: call.account.sid, kind: MUTED_KIND, sid: sids.make('NO'), parentSid: '', name: String(code) },
    ...{ properties: {}, createdAt: now, updatedAt: now },
  });
  return answer({ code, muted_at: (await mutedCodes(call)).get(code) ?? isoMs(now) });
}

async function unmute(call: Call): Promise<Answer> {
  const { store } = call.context;
  const accountSid = call.account.sid;
  const name = String(codeOf(call));
  const [found] = await store.documents({ accountSid, kind: MUTED_KIND, name, limit: 1 });
  if (found) await store.removeDocument(accountSid, MUTED_KIND, found.sid);
  return { kind: 'none' };
}

function codeOf(call: Call): number {
  const [text = ''] = call.sids;
  if (/^\d{4,6}$/.test(text)) return Number(text);
  throw refuse(20404, { path: call.meta.path }, { received: text, fix: 'Name an error code, such as 30003.' });
}

const SINCE = '15m, 24h, 7d, or an instant; 24h when left out';

export const ERROR_GROUPS: ConsoleModule = {
  account: [
    { path: 'error-groups', verbs: { GET: list } },
    { path: 'error-groups/{*}/mute', verbs: { POST: mute, DELETE: unmute } },
  ],
  docs: {
    'GET accounts/{AC}/error-groups': {
      summary:
        'What went wrong since an instant, by code, with what it means, what to do and what its cases have in common.',
      query: { since: SINCE },
    },
    'POST accounts/{AC}/error-groups/{*}/mute': {
      summary: 'Mutes a code: it is listed apart and asks for no attention.',
    },
    'DELETE accounts/{AC}/error-groups/{*}/mute': { summary: 'Unmutes a code.', answer: { status: 204 } },
  },
};
