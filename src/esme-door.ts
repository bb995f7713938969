/**
 * The second front door, put together: customers' own SMPP clients (`src/esme`), who they are, and the way by which
 * what they submit becomes a message: the parameters of the API, read and judged as those of a request.
 */
import type { Config } from './config.ts';
import type { Clock } from './domain/clock.ts';
import { refuse } from './domain/errors.ts';
import type { Observer } from './domain/events.ts';
import type { SidMaker } from './domain/sid.ts';
import { standingOf } from './domain/standing.ts';
import type { Accept, Created } from './engine/accept.ts';
import type { Draft } from './engine/draft.ts';
import type { EngineParts } from './engine/engine.ts';
import { makeDesk } from './esme/desk.ts';
import { makeInquiries } from './esme/inquiries.ts';
import { type EsmeServer, makeEsmeServer } from './esme/server.ts';
import type { EsmeServerSettings } from './esme/settings.ts';
import { makeSignIn } from './esme/sign-in.ts';
import { type Creation, makeSubmissions } from './esme/submissions.ts';
import { makeTeller } from './esme/teller.ts';
import type { EsmeTraceParts } from './esme/trace.ts';
import { Users } from './esme/users.ts';
import { admitBySid } from './esme-credentials.ts';
import { Form } from './http/form.ts';
import { type CreateLimits, parseDraft } from './http/message-create.ts';
import type { Account } from './store/directory.ts';
import { type Store, StoreUnavailable } from './store/store.ts';

export interface EsmeDoorParts {
  config: Pick<Config, 'esmes' | 'node' | 'inbound'>;
  /** Whose users name no account. */
  firstAccountSid: string;
  store: Store;
  clock: Clock;
  sids: SidMaker;
  observe: Observer;
  createLimits: CreateLimits;
  openToken: (sealed: string) => string;
  sealToken: (token: string) => string;
  accept: (...draft: Parameters<Accept>) => Promise<Created>;
  /** Where PDUs are kept. */
  keepPdu: EsmeTraceParts['keep'];
  /** Somebody bound here may have something to hear. */
  ring: () => void;
}

export interface EsmeDoor extends NonNullable<EngineParts['esmes']> {
  /** Where it listens; `null`: nowhere, as this node has no such door. */
  listen(): Promise<{ address: string; port: number } | null>;
  close(): Promise<void>;
}

/** A suspension, or a change of an account, shows within this time. */
const KNOWN_MS = 1_000;
const MOST_KNOWN = 10_000;
/** So that a message is over the moment it is there. */
const OVER: Pick<Draft, 'validitySeconds' | 'sendAt'> = { validitySeconds: -1, sendAt: null };

export function makeEsmeDoor(parts: EsmeDoorParts): EsmeDoor {
  const { config, store, clock, sids, observe, ring } = parts;
  const accountOf = activeAccounts(parts);

  async function create({ accountSid, form, sid, callbackUrl, isExpired }: Creation): Promise<void> {
    const account = await accountOf(accountSid);
    const read = new Form();
    for (const [name, value] of Object.entries(form)) read.add(name, value);
    const draft = { ...parseDraft(read, clock, parts.createLimits), ...(callbackUrl !== null && { callbackUrl }) };
    await parts.accept(account, { ...draft, ...(isExpired && OVER) }, { sid });
  }

  const submissions = makeSubmissions({
    ...{ store, clock, sids, create, ring },
    partsWaitMs: config.inbound.partsWaitMs,
  });
  // Also where nobody can bind: another node may have taken what is to be ended here.
  const takeSubmitted = submissions.takeLate;
  const settings = config.node.roles.includes('api') ? settingsOf(parts) : null;
  if (!settings) {
    return { teller: undefined, takeSubmitted, listen: async () => null, close: async () => undefined };
  }
  const users = new Users(clock);
  const desk = makeDesk({
    ...{ users, submissions, clock },
    inquiries: makeInquiries({ store, clock, observe, ring }),
    onRefused: (refused) => observe({ type: 'esme.refused', at: clock.now(), ...refused }),
    onFault(error) {
      // The store says so itself, to everybody at once.
      if (!(error instanceof StoreUnavailable)) observe({ type: 'fault', at: clock.now(), where: 'esme: desk', error });
    },
  });
  const server: EsmeServer = makeEsmeServer({
    ...{ settings, clock, users, desk },
    signIn: makeSignIn({ settings, clock, bySid: admitBySid(parts) }),
    onRoom: ring,
    trace: { mode: settings.trace, clock, keep: parts.keepPdu },
    notice: (notice) => observe({ type: 'esme.bind', at: clock.now(), ...notice }),
  });

  return {
    teller: makeTeller(users, ring),
    takeSubmitted,
    async listen() {
      const { host, port } = await server.listen();
      return { address: host, port };
    },
    close: () => server.close(),
  };
}

function settingsOf({ config, firstAccountSid }: EsmeDoorParts): EsmeServerSettings | null {
  const { esmes, inbound } = config;
  if (!esmes) return null;
  const users = esmes.users.map(({ user, password }) => {
    return { user: { ...user, accountSid: user.accountSid ?? firstAccountSid }, password };
  });
  return { ...esmes, users, partsWaitMs: inbound.partsWaitMs };
}

/** The account of a user, refused as the API refuses while it is suspended. */
function activeAccounts({ store, clock }: Pick<EsmeDoorParts, 'store' | 'clock'>) {
  const known = new Map<string, { account: Account | null; until: number }>();
  async function look(sid: string): Promise<Account | null> {
    const account = await store.account(sid);
    const isMain = account === null || account.ownerSid === account.sid;
    const owner = isMain ? account : await store.account(account.ownerSid);
    return account && standingOf(account, owner) === 'active' ? account : null;
  }
  return async (sid: string): Promise<Account> => {
    let one = known.get(sid);
    if (!one || one.until <= clock.monotonic()) {
      one = { account: await look(sid), until: clock.monotonic() + KNOWN_MS };
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(sid, one);
    }
    if (one.account === null) throw refuse(20005);
    return one.account;
  };
}
