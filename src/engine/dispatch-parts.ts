/** What the dispatch room is given, and what it holds of a claimed send. */
import type { Connector, SubmissionMedia } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { ChargeOf } from '../domain/prices.ts';
import type { SendWork, Store } from '../store/store.ts';
import type { AccountGate } from './account-gate.ts';
import type { Attach } from './attach.ts';
import type { ChannelGate } from './channel-gate.ts';
import type { ConcludeSettings } from './conclude.ts';
import type { ConnectorHealth } from './connector-health.ts';
import type { NodeMembership, Term } from './membership.ts';
import type { Overtaken } from './overtaken.ts';
import type { Router } from './router.ts';

export interface DispatchSettings {
  /** Messages handed over but not yet answered. */
  maxInFlight: number;
  batch: number;
  /** A claim is somebody's for so long; longer than any connector takes to answer. */
  leaseMs: number;
  pollMs: number;
  /**
   * How far ahead of a due time claiming begins at least, so that its commit does not make the message late. It grows
   * with the time that claims take.
   */
  wakeAheadMs: number;
  chargeOf: ChargeOf;
  /** Countries that get MMS (30011 elsewhere). */
  mmsCountries: readonly string[];
  /** Wait before a submission that got no answer is repeated once (settled 9). */
  inDoubtHoldMs: number;
  inDoubtOf?: ConcludeSettings['inDoubtOf'];
  failoverAfterMs?: ConcludeSettings['failoverAfterMs'];
}

export interface DispatchParts {
  store: Pick<Store, 'claimSends' | 'settleSends' | 'nextDueAt' | 'noteHandOvers'>;
  connectors: ReadonlyMap<string, Connector>;
  membership: Pick<NodeMembership, 'term' | 'holds'> & Partial<Pick<NodeMembership, 'holdsUntil'>>;
  accounts: AccountGate;
  /** Left out: every channel carries everything. */
  channels?: Pick<ChannelGate, 'refusals'>;
  attach: Attach;
  /** Whether a connector runs here and its sends are this node's. */
  runs: (connector: string) => boolean;
  /** Connectors whose sends are to be left alone. */
  except: () => string[];
  /** Those among them that have nobody to hand anything to: of theirs only what expires is claimed. */
  resting?: () => string[];
  /** Those that others take over from: what waits for them is given to others, whatever its slot. */
  away?: () => string[];
  /** Left out: nobody is told what came of hand-overs. */
  health?: Pick<ConnectorHealth, 'heard'>;
  /** Whether others have to carry what this connector would; left out: never. */
  isAway?: (connector: string) => boolean;
  /** Whether nothing may be handed to it; left out: never. */
  isPaused?: (connector: string) => boolean;
  /** Left out: what is accepted for a connector stays with it. */
  elsewhere?: Router['elsewhere'];
  clock: Clock;
  observe: Observer;
  faults: Faults;
  settings: DispatchSettings;
  /** Told after a commit that may have made a callback due. */
  ringCallbacks: () => void;
  /** Knows of receipts that were parked. */
  overtaken?: Pick<Overtaken, 'take'>;
}

/** Work with what the fence needs to know. */
export interface Claimed {
  work: SendWork;
  /** `null`: it has some, and they could not be read. */
  media: SubmissionMedia[] | null;
  term: Term;
  /** Monotonic: the last instant at which it may be handed over. */
  sendUntil: number;
  /** Monotonic: from here on it is due for somebody else. */
  leaseUntil: number;
  /** Claimed whatever its slot, to be given to another connector if one can have it. */
  isEarly: boolean;
}
