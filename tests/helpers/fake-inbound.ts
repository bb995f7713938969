import { type Joined, type Joining, joiningKey, lostOf, takePart } from '../../src/domain/inbound-parts.ts';
import type { OptOut, OptOutKey } from '../../src/domain/opt-out.ts';
import type {
  ArrivedPart,
  ClaimedWork,
  InboundReads,
  InboundVerbs,
  Intake,
  JoiningWork,
  OptOutChange,
  OptOutChanged,
  OptOutLogEntry,
  PartTaken,
  TookIn,
} from '../../src/store/inbound-shapes.ts';

type Spoken = Omit<InboundVerbs, 'claimReplies' | 'finishReplies'> & Omit<InboundReads, 'pair' | 'lastInboundAt'>;

/** The verbs of taking in, of joinings and opt-outs in memory, as the contract has them; replies are not. */
export class FakeInbound implements Spoken {
  taken: Intake[] = [];
  optedOuts: OptOut[] = [];
  log: OptOutLogEntry[] = [];
  /** Whether the queues of senders are full. */
  isFull = false;
  /** What is claimed for a peer, by its address: told to who records an opt-out. A test takes it away. */
  claimed = new Map<string, ClaimedWork[]>();
  /** Keys of blobs that are gone. */
  gone = new Set<string>();
  failWith: Error | null = null;
  readonly #heard = new Map<string, string>();
  readonly #joinings = new Map<string, { work: JoiningWork; joining: Joining; dueAt: number; became: string | null }>();
  readonly #refs = new Map<string, string>();

  /** Nothing here was submitted. */
  async endSubmission(): Promise<boolean> {
    throw new Error('no submits in this store');
  }

  async takePart(batch: ArrivedPart[], now: number): Promise<PartTaken[]> {
    this.#fail();
    return batch.map(({ connector, accountSid, part, waitMs }): PartTaken => {
      const name = `${connector} ${joiningKey(part)}`;
      const known = this.#joinings.get(this.#refs.get(name) ?? '');
      const taken = takePart(known?.joining ?? null, part, now, waitMs);
      if (taken.kind === 'repeated') return { kind: 'repeated' };
      if (!taken.joining) return { kind: 'whole', message: (taken as { message: Joined }).message, joining: null };
      const goesOn = known !== undefined && taken.joining.parts.length > 1;
      if (known && !goesOn) known.dueAt = now;
      const joining = goesOn ? known.work.joining : `joining-${this.#joinings.size + 1}`;
      const whole = taken.kind === 'whole';
      const message = whole ? taken.message : (lostOf(taken.joining) as Joined);
      const work = { joining, connector, accountSid, lost: !whole, message };
      this.#refs.set(name, joining);
      this.#joinings.set(joining, { work, joining: taken.joining, dueAt: taken.joining.dueAt, became: null });
      return whole ? { kind: 'whole', message, joining } : { kind: 'waiting' };
    });
  }

  async claimJoinings({ limit, leaseMs }: { limit: number; leaseMs: number }, now: number): Promise<JoiningWork[]> {
    const due = [...this.#joinings.values()].filter(({ dueAt, became }) => dueAt <= now && became === null);
    return due.slice(0, limit).map((one) => {
      one.dueAt = now + leaseMs;
      return one.work;
    });
  }

  async takeIn(batch: Intake[], now: number): Promise<TookIn[]> {
    this.#fail();
    return batch.map((intake): TookIn => {
      const { message, seen, joining, media, optOut, notice } = intake;
      const claimedWorks = optOut?.change === 'opt-out' ? this.#claimedFor(optOut.keys) : [];
      const heard = seen && this.#heard.get(`${seen.connector} ${seen.carrierId}`);
      const held = joining ? this.#joinings.get(joining) : undefined;
      if (heard) return { kind: 'seen', messageSid: heard, claimedWorks };
      if (joining && (!held || held.became !== null)) {
        return { kind: 'seen', messageSid: held?.became ?? null, claimedWorks };
      }
      if (media.some(({ blobKey }) => this.gone.delete(blobKey))) return { kind: 'lost' };
      if (seen) this.#heard.set(`${seen.connector} ${seen.carrierId}`, message.sid);
      if (held) held.became = message.sid;
      this.taken.push(intake);
      const optOutChanged = optOut !== null && this.#change({ accountSid: message.accountSid, ...optOut }, now) > 0;
      const noticeAt = notice && !this.isFull ? { noticeAt: now } : {};
      return { kind: 'taken', message, optOutChanged, claimedWorks, ...noticeAt };
    });
  }

  async changeOptOuts(batch: OptOutChange[], now: number): Promise<OptOutChanged[]> {
    this.#fail();
    return batch.map((item) => {
      const count = this.#change(item, now);
      const claimedWorks = item.change === 'opt-out' ? this.#claimedFor(item.keys) : [];
      return { changed: count > 0, count, claimedWorks };
    });
  }

  async forgetInbound(): Promise<number> {
    return 0;
  }

  async optedOut(accountSid: string, keys: OptOutKey[]): Promise<boolean> {
    return keys.some((key) => this.optedOuts.some((one) => one.accountSid === accountSid && isSame(one, key)));
  }

  async optOutScopes(accountSid: string, who: Pick<OptOutKey, 'channel' | 'peer'>): Promise<string[]> {
    const fits = (one: OptOut) => one.accountSid === accountSid && one.channel === who.channel && one.peer === who.peer;
    return this.optedOuts.filter(fits).map(({ scope }) => scope);
  }

  async optOuts({ accountSid, scope, peer, channel, limit }: Parameters<InboundReads['optOuts']>[0]) {
    const fits = (one: OptOut): boolean =>
      one.accountSid === accountSid &&
      (scope === undefined || one.scope === scope) &&
      (peer === undefined || one.peer === peer) &&
      (channel === undefined || one.channel === channel);
    return this.optedOuts.filter(fits).reverse().slice(0, limit);
  }

  async optOutLog({ accountSid, limit }: { accountSid: string; limit: number }): Promise<OptOutLogEntry[]> {
    return this.log
      .filter((one) => one.accountSid === accountSid)
      .toReversed()
      .slice(0, limit);
  }

  async stillClaimed(works: ClaimedWork[]): Promise<ClaimedWork[]> {
    const open = new Set([...this.claimed.values()].flat().map(({ workId }) => workId));
    return works.filter(({ workId }) => open.has(workId));
  }

  async lastInboundAt(accountSid: string, from: string, to: string): Promise<number | null> {
    const last = this.taken.findLast(
      ({ message }) => message.accountSid === accountSid && message.from === from && message.to === to,
    );
    return last?.message.createdAt ?? null;
  }

  /** Of joinings. */
  async nextDueAt(): Promise<number | null> {
    const dues = [...this.#joinings.values()].filter(({ became }) => became === null).map(({ dueAt }) => dueAt);
    return dues.length > 0 ? Math.min(...dues) : null;
  }

  #change(
    { accountSid, change, keys, source, actor = null }: Omit<OptOutChange, 'actor'> & { actor?: string | null },
    at: number,
  ) {
    const changed = keys.filter((key) => {
      const place = this.optedOuts.findIndex((one) => one.accountSid === accountSid && isSame(one, key));
      if (change === 'opt-out' ? place >= 0 : place < 0) return false;
      if (change === 'opt-out') this.optedOuts.push({ accountSid, ...key, source, at });
      else this.optedOuts.splice(place, 1);
      this.log.push({ id: this.log.length + 1, accountSid, ...key, change, source, actor, at });
      return true;
    });
    return changed.length;
  }

  #claimedFor(keys: OptOutKey[]): ClaimedWork[] {
    return [...new Set(keys.map(({ peer }) => peer))].flatMap((peer) => this.claimed.get(peer) ?? []);
  }

  #fail(): void {
    if (this.failWith) throw this.failWith;
  }
}

function isSame(one: OptOutKey, other: OptOutKey): boolean {
  return one.channel === other.channel && one.peer === other.peer && one.scope === other.scope;
}
