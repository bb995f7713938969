/** Who is bound here: the binds of each user, what it may have under way, and how fast it may submit. */
import type { Clock } from '../domain/clock.ts';
import type { Session } from './session.ts';
import type { EsmeUser } from './settings.ts';

/** What a user has on this node, over all its binds. */
interface Presence {
  user: EsmeUser;
  sessions: Set<Session>;
  underWay: number;
  /** What it is being told. */
  telling: number;
  /** Monotonic: when the next submit is in time. */
  nextAt: number;
}

/** So much of its rate may come at once. */
const BURST_MS = 1_000;

export class Users {
  readonly #clock: Clock;
  readonly #present = new Map<string, Presence>();
  #isClosing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `false`: it has as many binds as it may. */
  enter(session: Session): boolean {
    const { user } = session;
    if (user === null || this.#isClosing) return false;
    const presence = this.#presenceOf(user);
    if (isFull(presence)) return false;
    presence.sessions.add(session);
    return true;
  }

  /** Where all places of a user are taken, those are freed whose key or token is gone: quiet binds notice it late. */
  async makeRoom({ name }: EsmeUser): Promise<void> {
    const presence = this.#present.get(name);
    if (presence && isFull(presence)) await Promise.all([...presence.sessions].map((session) => session.probe()));
  }

  leave(session: Session): void {
    const presence = session.user && this.#present.get(session.user.name);
    presence?.sessions.delete(session);
    if (presence) this.#forget(presence);
  }

  /** Nobody comes in any more, and nobody is told anything. */
  close(): void {
    this.#isClosing = true;
  }

  /** Begins a request; `null`: its window is full. Call what is answered when it is over. */
  begin(user: EsmeUser): { end: () => void } | null {
    const presence = this.#presenceOf(user);
    if (presence.underWay >= user.window) return null;
    presence.underWay += 1;
    return {
      end: () => {
        presence.underWay -= 1;
        this.#forget(presence);
      },
    };
  }

  /** Users who can be told something here, and how much more. */
  room(): { user: string; limit: number }[] {
    if (this.#isClosing) return [];
    return [...this.#present.values()].flatMap(({ user, sessions, telling }) => {
      const receiving = [...sessions].filter(({ isReceiving }) => isReceiving).length;
      const limit = receiving * user.deliverWindow - telling;
      return limit > 0 ? [{ user: user.name, limit }] : [];
    });
  }

  /** The receiving bind of a user with the least to answer, while `tell` runs; `null`: there is none. */
  async telling<T>(name: string, tell: (pick: () => Session | null, user: EsmeUser) => Promise<T>): Promise<T | null> {
    const presence = this.#present.get(name);
    if (!presence) return null;
    const pick = () =>
      [...presence.sessions]
        .filter(({ isReceiving }) => isReceiving)
        .reduce<Session | null>((least, one) => (least && least.telling <= one.telling ? least : one), null);
    presence.telling += 1;
    try {
      return await tell(pick, presence.user);
    } finally {
      presence.telling -= 1;
      this.#forget(presence);
    }
  }

  /** Takes a turn for one message to one recipient; `false`: it is too fast. A second's worth may come at once. */
  takeTurn(user: EsmeUser): boolean {
    const presence = this.#presenceOf(user);
    const { ratePerSecond } = presence.user;
    if (ratePerSecond === null) return true;
    const now = this.#clock.monotonic();
    const intervalMs = 1_000 / ratePerSecond;
    const nextAt = Math.max(now, presence.nextAt) + intervalMs;
    // (now + 1000) - now may be a hair above 1000, which is not too fast.
    const hairMs = intervalMs / 1_000;
    if (nextAt - now > Math.max(BURST_MS, intervalMs) + hairMs) return false;
    presence.nextAt = nextAt;
    return true;
  }

  #presenceOf(user: EsmeUser): Presence {
    const known = this.#present.get(user.name);
    if (known) return known;
    const presence: Presence = { user, sessions: new Set(), underWay: 0, telling: 0, nextAt: 0 };
    this.#present.set(user.name, presence);
    return presence;
  }

  /** Its rate is remembered for as long as it matters. */
  #forget({ user, sessions, underWay, telling, nextAt }: Presence): void {
    const isGone = sessions.size === 0 && underWay === 0 && telling === 0;
    if (isGone && nextAt <= this.#clock.monotonic()) this.#present.delete(user.name);
  }
}

/** Who is being shown the door has no place any more. */
function isFull({ user, sessions }: Presence): boolean {
  return [...sessions].filter(({ isDisowned }) => !isDisowned).length >= user.binds;
}
