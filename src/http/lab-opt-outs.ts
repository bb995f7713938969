/** Who a phone wants no messages from, on the test side: looked at, made and taken away without a text. */
import type { FastifyInstance } from 'fastify';
import { parseSender } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import type { OptOut, OptOutKey } from '../domain/opt-out.ts';
import { keyOfOptOut } from '../domain/opt-out.ts';
import type { ChangeOptOuts } from '../engine/opt-outs.ts';
import type { Account } from '../store/directory.ts';
import type { OptOutChange } from '../store/inbound-shapes.ts';
import type { Store } from '../store/store.ts';
import { type LabRequest, pathOf, phoneOf, type SandboxOf, unreadable, usualSender } from './lab-request.ts';
import { fieldsOf } from './lab-say.ts';

export interface LabOptOutsParts {
  store: Store;
  changeOptOuts: ChangeOptOuts;
}

const MOST_LISTED = 1_000;
const ACTOR = 'test-support API';

export function registerLabOptOuts(
  scope: FastifyInstance,
  root: string,
  { store, changeOptOuts }: LabOptOutsParts,
  sandboxOf: SandboxOf,
): void {
  const path = `${root}/phones/:number/optouts`;

  scope.get(path, async (request: LabRequest) => {
    const account = await sandboxOf(request);
    return show(account, request);
  });

  scope.post(path, async (request: LabRequest, reply) => {
    const account = await sandboxOf(request);
    const key = await keyOf(account, request);
    const change: OptOutChange = {
      accountSid: account.sid,
      change: 'opt-out',
      keys: [key],
      source: 'api',
      actor: ACTOR,
    };
    await changeOptOuts(change);
    reply.code(201);
    return show(account, request);
  });

  scope.delete(path, async (request: LabRequest) => {
    const account = await sandboxOf(request);
    const { scope: one } = fieldsOf(request.body ?? {}, ['scope', 'channel']);
    const keys = one === undefined ? await recordsOf(account, request) : [await keyOf(account, request)];
    const change: OptOutChange = { accountSid: account.sid, change: 'opt-in', keys, source: 'api', actor: ACTOR };
    if (keys.length > 0) await changeOptOuts(change);
    return show(account, request);
  });

  async function recordsOf(account: Account, request: LabRequest): Promise<OptOut[]> {
    const number = phoneOf(request.params.number);
    const peers = number.includes(':') ? [number] : [number, `whatsapp:${number}`];
    const found = peers.map((peer) => store.optOuts({ accountSid: account.sid, peer, limit: MOST_LISTED }));
    return (await Promise.all(found)).flat();
  }

  async function show(account: Account, request: LabRequest) {
    const records = await recordsOf(account, request);
    return {
      number: phoneOf(request.params.number),
      optouts: records.map(({ channel, scope: from, peer, source, at }) => ({
        channel,
        scope: from,
        peer,
        source,
        at: new Date(at).toISOString(),
      })),
    };
  }

  /** `scope`: a sender of the account or one of its services; left out, the account's oldest number. */
  async function keyOf(account: Account, request: LabRequest): Promise<OptOutKey> {
    const { scope: given, channel = 'sms' } = fieldsOf(request.body ?? {}, ['scope', 'channel']);
    if (channel !== 'sms' && channel !== 'whatsapp') {
      throw unreadable('channel', channel, 'sms, whatsapp', 'SMS, MMS and RCS share their records.');
    }
    const prefix = channel === 'sms' ? '' : 'whatsapp:';
    const phone = phoneOf(request.params.number);
    const peer = parseSender(phone.includes(':') ? phone : prefix + phone);
    const senders = await store.senders(account.sid);
    const scoped = given ?? usualSender(senders, channel);
    const isService =
      typeof scoped === 'string' &&
      scoped.startsWith('MG') &&
      (scoped === account.defaultServiceSid || (await store.document(account.sid, 'service', scoped)) !== null);
    const owned = senders.find(({ address }) => address === scoped);
    const receiver = owned ? parseSender(owned.address) : peer;
    if (peer && receiver && (owned || isService)) {
      return keyOfOptOut(receiver, peer, isService ? (scoped as string) : null);
    }
    const received = String(scoped);
    const fix = 'Name a sender of the account, or one of its services: +12025550100 or MG….';
    throw refuse(20404, { path: pathOf(request) }, { parameter: 'scope', received, fix });
  }
}
