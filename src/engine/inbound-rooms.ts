/**
 * The rooms of what comes in: taking in and joining parts. Put together here, so that the engine has one thing to start
 * and to stop.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Store, WorkKind } from '../store/store.ts';
import { makeDrain } from './drain.ts';
import { type Inbound, makeInbound } from './inbound.ts';
import { type JoiningsParts, makeJoinings } from './joinings.ts';
import type { InboundSettings } from './judge-arrival.ts';
import { makeKeepMedia } from './keep-media.ts';
import type { LaneOf } from './lanes.ts';
import type { NodeMembership } from './membership.ts';
import { type ChangeOptOuts, makeChangeOptOuts } from './opt-outs.ts';

export interface InboundRoomsParts {
  store: Store;
  blobs: BlobStore;
  sids: Pick<SidMaker, 'make'>;
  clock: Clock;
  observe: Observer;
  membership: Pick<NodeMembership, 'term'>;
  /** The pace of confirmations. */
  laneOf: LaneOf;
  /** Told of work of other rooms that a commit has made due. */
  ring: (kind: WorkKind, dueAt?: number) => void;
  /** Told of the account whose opt-outs have changed. */
  forgetOptOuts: (accountSid: string) => void;
  /** Takes joinings of submits. */
  takeSubmitted?: JoiningsParts['takeSubmitted'];
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
  /** A joining may be due. */
  ring(dueAt?: number): void;
  idle(): Promise<void>;
  stop(limitMs: number): Promise<void>;
}

const BATCH = 200;

export function makeInboundRooms(parts: InboundRoomsParts): InboundRooms {
  const { store, blobs, sids, clock, observe, membership, settings, forgetOptOuts } = parts;
  const drain = makeDrain({ store, clock });
  const loops = { batch: BATCH, leaseMs: settings.leaseMs, pollMs: settings.pollMs };
  const ring = (kind: WorkKind, dueAt?: number) => {
    if (kind === 'joining') joinings.ring(dueAt);
    else parts.ring(kind, dueAt);
  };
  const keepMedia = makeKeepMedia({ store, blobs, sids, clock, holdMs: settings.holdMs });
  const { laneOf } = parts;
  const inbound = makeInbound({ store, keepMedia, sids, drain, clock, observe, settings, laneOf, ring, forgetOptOuts });
  const { takeSubmitted } = parts;
  const joinings = makeJoinings({ store, sids, membership, inbound, takeSubmitted, clock, observe, settings: loops });

  return {
    inbound: (batch) => inbound.inbound(batch),
    watch: (carrierId) => inbound.watch(carrierId),
    changeOptOuts: makeChangeOptOuts({ store, clock, observe, drain, forget: forgetOptOuts }),
    start: () => joinings.start(),
    ring: (dueAt) => joinings.ring(dueAt),
    idle: () => joinings.idle(),
    stop: async (limitMs) => void (await joinings.stop(limitMs)),
  };
}
