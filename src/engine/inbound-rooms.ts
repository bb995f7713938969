/**
 * The rooms of what comes in: taking in, joining parts, confirming keywords. Put together here, so that the engine has
 * one thing to start and to stop.
 */
import type { Connector } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Store, WorkKind } from '../store/store.ts';
import { makeDrain } from './drain.ts';
import { type Inbound, makeInbound } from './inbound.ts';
import { makeJoinings } from './joinings.ts';
import type { InboundSettings } from './judge-arrival.ts';
import { makeKeepMedia } from './keep-media.ts';
import type { NodeMembership } from './membership.ts';
import { makeNotices } from './notices.ts';
import { type ChangeOptOuts, makeChangeOptOuts } from './opt-outs.ts';

export interface InboundRoomsParts {
  store: Store;
  blobs: BlobStore;
  sids: Pick<SidMaker, 'make'>;
  clock: Clock;
  observe: Observer;
  membership: Pick<NodeMembership, 'term'>;
  connectors: ReadonlyMap<string, Connector>;
  /** Connectors whose work is to be left alone. */
  except: () => string[];
  /** Told of work of other rooms that a commit has made due. */
  ring: (kind: WorkKind, dueAt?: number) => void;
  /** Told of the account whose opt-outs have changed. */
  forgetOptOuts: (accountSid: string) => void;
  settings: InboundRoomsSettings;
}

export interface InboundRoomsSettings extends InboundSettings {
  leaseMs: number;
  pollMs: number;
  /** How long bytes are held for a message that is about to refer to them. */
  holdMs: number;
}

export interface InboundRooms extends Pick<Inbound, 'inbound' | 'watch'> {
  changeOptOuts: ChangeOptOuts;
  start(): void;
  /** A confirmation may be due, or a joining. */
  ring(kind: 'notice' | 'joining', dueAt?: number): void;
  idle(): Promise<void>;
  stop(limitMs: number): Promise<void>;
}

const BATCH = 200;

export function makeInboundRooms(parts: InboundRoomsParts): InboundRooms {
  const { store, blobs, sids, clock, observe, membership, settings, forgetOptOuts } = parts;
  const drain = makeDrain({ store, clock });
  const loops = { batch: BATCH, leaseMs: settings.leaseMs, pollMs: settings.pollMs };
  const ring = (kind: WorkKind, dueAt?: number) => {
    if (kind === 'notice') notices.ring(dueAt);
    else if (kind === 'joining') joinings.ring(dueAt);
    else parts.ring(kind, dueAt);
  };
  const keepMedia = makeKeepMedia({ store, blobs, sids, clock, holdMs: settings.holdMs });
  const inbound = makeInbound({ store, keepMedia, sids, drain, clock, observe, settings, ring, forgetOptOuts });
  const joinings = makeJoinings({ store, membership, inbound, clock, observe, settings: loops });
  const { connectors, except } = parts;
  const notices = makeNotices({ store, membership, connectors, except, clock, observe, settings: loops });

  return {
    inbound: (batch) => inbound.inbound(batch),
    watch: (carrierId) => inbound.watch(carrierId),
    changeOptOuts: makeChangeOptOuts({ store, clock, observe, drain, forget: forgetOptOuts }),
    start() {
      joinings.start();
      notices.start();
    },
    ring,
    async idle() {
      await joinings.idle();
      await notices.idle();
    },
    async stop(limitMs) {
      await Promise.all([joinings.stop(limitMs), notices.stop(limitMs)]);
    },
  };
}
