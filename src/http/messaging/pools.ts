/** The senders of a service: put in, listed, looked at and taken out; the same for all kinds. */
import { iso8601 } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call, Handler } from '../context.ts';
import { keepDocument } from '../keep-document.ts';
import { canonicalSid } from '../sids.ts';
import { answerPage } from './page.ts';
import type { Candidate, PoolKind } from './pool-kinds.ts';
import { findService, missingResource, mustFindService } from './services.ts';

/** Senders a service may have, of all kinds together (21714). */
const LARGEST_POOL = 400;

export function poolHandlers(kind: PoolKind): Record<'list' | 'add' | 'fetch' | 'remove', Handler> {
  return {
    async list(call) {
      const service = await mustFindService(call);
      const country = kind.countryFilter && call.query.one(kind.countryFilter)?.toUpperCase();
      const items = (await poolOf(call, service.sid)).filter(
        (item) => isOf(kind, item) && (!country || item.properties.country_code === country),
      );
      return answerPage(call, kind.key, items, (item) => render(call, kind, item), kind.countryFilter);
    },

    async add(call) {
      const service = await mustFindService(call);
      const candidate = await kind.read(call);
      const held = await judge(call, kind, service.sid, candidate);
      const now = call.context.clock.now();
      const { sid, address, country, name = address } = candidate;
      const item: Document = {
        accountSid: call.account.sid,
        kind: 'pool',
        sid,
        parentSid: service.sid,
        name,
        properties: { address, sender_kind: kind.senderKind, country_code: country },
        createdAt: now,
        updatedAt: now,
      };
      // Somebody else may have put one of its name in since it was judged.
      if ((await keepDocument(call.context.store, item, held)) === 'taken') throw alreadyIn(kind, address);
      call.context.onSenderChanged();
      return { kind: 'resource', status: 201, element: kind.path, resource: await render(call, kind, item) };
    },

    async fetch(call): Promise<Answer> {
      const item = await find(call, kind);
      if (!item) throw missingResource(call);
      return { kind: 'resource', status: 200, element: kind.path, resource: await render(call, kind, item) };
    },

    /** Out of the pool alone: the account keeps the sender. */
    async remove(call) {
      const item = await find(call, kind);
      if (!item) throw refuse(21711, {}, { status: 404, parameter: 'Sid', received: call.sids[1] ?? '' });
      await call.context.store.removeDocument(call.account.sid, 'pool', item.sid);
      call.context.onSenderChanged();
      return { kind: 'none' };
    },
  };
}

/**
 * Refuses a sender that is in this pool (21710) or in another's (21712), and one too many (21714). Answers its place in
 * the pool of a service that is gone, `null` when it has none.
 */
async function judge(call: Call, kind: PoolKind, serviceSid: string, candidate: Candidate): Promise<Document | null> {
  const { sid, address, name = address } = candidate;
  const pool = await poolOf(call, serviceSid);
  if (pool.some((item) => item.name === name)) throw alreadyIn(kind, address);
  const held = await call.context.store.document(call.account.sid, 'pool', sid);
  // One whose service went while it was being put in is held by nobody.
  if (held && held.parentSid !== serviceSid && (await findService(call, held.parentSid))) {
    const fix = `Take it out of ${held.parentSid} first.`;
    throw refuse(21712, {}, { parameter: kind.parameter, received: address, fix });
  }
  if (pool.length >= LARGEST_POOL) {
    throw refuse(21714, {}, { parameter: kind.parameter, received: address, allowed: `${LARGEST_POOL} senders` });
  }
  return held;
}

function alreadyIn(kind: PoolKind, address: string): Error {
  return refuse(21710, {}, { parameter: kind.parameter, received: address });
}

/** Newest first. */
function poolOf({ account, context }: Call, serviceSid: string): Promise<Document[]> {
  // More than may be in: what two requests put in at once is shown as well.
  const limit = 2 * LARGEST_POOL;
  return context.store.documents({ accountSid: account.sid, kind: 'pool', parentSid: serviceSid, limit });
}

async function find(call: Call, kind: PoolKind): Promise<Document | null> {
  const service = await mustFindService(call);
  const item = await call.context.store.document(call.account.sid, 'pool', canonicalSid(call.sids[1]));
  return item && item.parentSid === service.sid && isOf(kind, item) ? item : null;
}

function isOf(kind: PoolKind, item: Document): boolean {
  const { sender_kind, country_code } = item.properties;
  return sender_kind === kind.senderKind && (kind.hasCountries || (country_code ?? null) === null);
}

async function render(call: Call, kind: PoolKind, item: Document): Promise<Resource> {
  const { address, country_code: country } = item.properties;
  // A name in a pool is registered nowhere else; the others may have changed since they were put in.
  const sender = kind.prefix === 'AI' ? null : await call.context.store.sender(item.accountSid, item.sid);
  return {
    sid: item.sid,
    account_sid: item.accountSid,
    [kind.serviceKey]: item.parentSid,
    date_created: iso8601(item.createdAt),
    date_updated: iso8601(item.updatedAt),
    ...kind.show({ address: String(address), country: typeof country === 'string' ? country : null, sender }),
    url: `${call.origin()}/v1/Services/${item.parentSid}/${kind.path}/${item.sid}`,
  };
}
