/** What the front door is given, and the shapes its resources speak. */
import type { FastifyInstance } from 'fastify';
import type { AnswerCarrier } from '../domain/carrier-call.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { NumberPool } from '../domain/number-pools.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { Created } from '../engine/accept.ts';
import type { Foresee } from '../engine/foresee.ts';
import type { LinkDomains } from '../engine/link-domains.ts';
import type { ChangeOptOuts } from '../engine/opt-outs.ts';
import type { Prepared } from '../engine/prepare.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Account } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import type { ConnectorRoom } from './admin/connector-shapes.ts';
import type { Answer, Format } from './answer.ts';
import type { ConsoleParts, Who } from './console/parts.ts';
import type { Caller } from './credentials.ts';
import type { Form } from './form.ts';
import type { MediaLinks } from './media-links.ts';
import type { RemovedPlaces } from './removed-places.ts';

/** Settings of this room; instants and sizes carry their unit. */
export interface HttpSettings {
  /** The origin clients use, when it is not the one in their `Host`. */
  publicUrl?: string;
  /** Any credentials, any path account (loopback only); what strict mode would have said is observed. */
  lenient: boolean;
  mode: 'dev' | 'serve';
  /** Lets `/metrics` answer to others than loopback. */
  metricsToken?: string;
  /** What a message without a service shows as `messaging_service_sid` (settled 5). */
  defaultServiceSid: 'default' | 'null';
  /** Bytes; 131 072 unless told otherwise. */
  bodyLimit: number;
  /** Connections that one address may hold open; any number unless told otherwise. */
  socketsPerAddress?: number;
  /** Whose `X-Forwarded-For` is believed; nobody's unless told otherwise. */
  isTrustedProxy?: (address: string) => boolean;
  /** Where numbers to be had are looked for. */
  numberPools?: NumberPool[];
  /** Suspended by the operator: nobody else activates them. */
  suspendedAccounts?: ReadonlySet<string>;
  /** What `/Balance` shows, in micro-units. */
  balanceMicros?: number;
  /** `false`: this node has no api role, so that everything but health and metrics is answered 503. */
  api?: boolean;
}

export interface HttpContext {
  store: Store;
  clock: Clock;
  sids: SidMaker;
  openToken(sealed: string): string;
  sealToken(token: string): string;
  /** The accept path: resolves after the commit that holds the message; throws `ApiError`. */
  create(account: Account, form: Form, meta: RequestMeta): Promise<Created>;
  /** What `create` would commit; throws what it would throw, and has no effect. */
  check?(account: Account, form: Form): Promise<Prepared>;
  /** Which sender a service would pick now; sends nothing. */
  foresee: Foresee;
  settings: HttpSettings;
  observe: Observer;
  faults: Faults;
  ready(): Readiness | Promise<Readiness>;
  /** What the operator has accepted to lose, for `/healthz`; `null` or absent: nothing. */
  risk?: string | null;
  /** A change has made a callback due. */
  ringCallbacks(): void;
  /** Opt-outs by hand: resolves when nothing that was under way can reach them any more. */
  changeOptOuts: ChangeOptOuts;
  /** Called after a sender was saved or removed, so that caches can forget it. */
  onSenderChanged(): void;
  /** Called after an account's first token became another one, so that nothing more is signed with the old one. */
  onTokenChanged?(accountSid: string): void;
  /** Domains of short links; without them none is followed. */
  links?: {
    domains: LinkDomains;
    /** Whose settings of a domain hold where nobody's link is asked for. */
    ownerSid: string;
    /** All addresses of a name. Rejects where there are none. */
    resolve(hostname: string): Promise<string[]>;
  };
  /** What carriers call; left out: none does. */
  carriers?: AnswerCarrier;
  /** Without it there are no traces to be seen. */
  connectors?: ConnectorRoom;
  /** Without it there is no console, and nobody but accounts comes in. */
  console?: ConsoleParts;
  /** Without it there are no files behind media. */
  media?: HttpMedia;
  /** Without it a page after a removed message starts where that was made. */
  removedPlaces?: RemovedPlaces;
  /** Registers test-support routes; absent in `serve`. JSON bodies are read inside it. */
  lab?: (app: FastifyInstance) => void | Promise<void>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

export interface HttpMedia {
  links: MediaLinks;
  blobs: Pick<BlobStore, 'read'>;
  /** `open`: the path of a file needs no credentials. */
  access: 'open' | 'basic';
  /** Media were removed, with or without their message. */
  onRemoved(): void;
}

export interface Readiness {
  ok: boolean;
  /** What is missing, for people; empty when `ok`. */
  why: string;
}

/** What a request carries beside its parameters. */
export interface RequestMeta {
  requestId: string;
  method: string;
  /** As requested, without the query. */
  path: string;
  remoteAddress: string;
  /** As sent; `undefined`: the caller does not mean to repeat itself. */
  idempotencyKey: string | undefined;
}

/** One authenticated call of a resource. */
export interface Call {
  context: HttpContext;
  /** The account in the path, which is what the call acts on. */
  account: Account;
  /** Who asks: the account itself, or its parent. */
  caller: Caller;
  /** Who sits at the console; `null`: the call came with credentials of the account. */
  who: Who | null;
  /** What the variable segments of the route hold, in order. */
  sids: string[];
  form: Form;
  /** The body of a route that takes JSON; `undefined`: there was none. */
  json: unknown;
  /** The body of a route that takes CSV; empty: there was none. */
  csv: string;
  query: Form;
  format: Format;
  /** The path without extension and query, from `/2010-04-01`. */
  base: string;
  /** The origin by which the client reached us, for absolute URLs; no slash at its end. */
  origin: () => string;
  meta: RequestMeta;
}

/** What a resource answers; `http/render` makes the bytes. */
export type Handler = (call: Call) => Answer | Promise<Answer>;
