/** What dispatch stands between, in memory: a store's sends and a carrier. */
import type { Connector, Outcome, Submission } from '../../src/connectors/connector.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Message } from '../../src/domain/message.ts';
import type { Lane, SendClaim, SendSettlement, SendWork } from '../../src/store/store.ts';
import type { HandOvers } from '../../src/store/work-shapes.ts';

/** The verbs of dispatch in memory: rows are claimed oldest first, leased, and settled by attempt. */
export class FakeSends {
  rows: (SendWork & { dueAt: number })[] = [];
  claims: SendClaim[] = [];
  settled: SendSettlement[] = [];
  settling = 0;
  asked = 0;
  failWith: ((batch: SendSettlement[]) => Error | null) | null = null;
  notes: HandOvers[] = [];
  /** Waited for before a claim answers. */
  slowness: Promise<void> = Promise.resolve();

  add(
    more: {
      connector?: string;
      lane?: Lane | null;
      dueAt?: number;
      createdAt?: number;
      numMedia?: number;
      isNotice?: boolean;
    } = {},
  ) {
    const workId = this.rows.length + this.settled.length + 1;
    const { connector = 'sim', lane = null, dueAt = 0, createdAt = 0, numMedia = 0, isNotice = false } = more;
    const message = {
      numMedia,
      options: {},
      sid: `SM${workId}`,
      accountSid: 'AC1',
      from: '+12025550100',
      to: '+12025550101',
      body: 'x',
      status: 'sending',
      numSegments: 1,
      createdAt,
      maxPriceMicros: null,
      smartEncoded: false,
      validUntil: Number.POSITIVE_INFINITY,
      history: [],
    } as Partial<Message> as Message;
    this.rows.push({
      workId,
      attempt: 0,
      connector,
      startAt: dueAt,
      lane,
      expired: false,
      optedOut: false,
      isNotice,
      message,
      dueAt,
    });
  }

  async claimSends(claim: SendClaim, now: number): Promise<SendWork[]> {
    this.claims.push(claim);
    const works = this.rows
      .filter((row) => this.#isWanted(row, claim, now))
      .sort((a, b) => a.dueAt - b.dueAt)
      .slice(0, claim.limit)
      .map((row) => {
        row.attempt += 1;
        row.startAt = Math.max(now, row.dueAt);
        row.dueAt = now + claim.leaseMs;
        const { dueAt: _, ...work } = row;
        return { ...work };
      });
    await this.slowness;
    return works;
  }

  async noteHandOvers(note: HandOvers): Promise<void> {
    this.notes.push(note);
  }

  async settleSends(batch: SendSettlement[]): Promise<boolean[]> {
    this.settling += 1;
    const error = this.failWith?.(batch) ?? null;
    if (error) throw error;
    return batch.map((one) => {
      const row = this.rows.find((each) => each.workId === one.workId && each.attempt === one.attempt);
      if (!row) return false;
      this.settled.push(one);
      if (one.result.kind === 'again') Object.assign(row, { dueAt: one.result.dueAt, ...movedOf(one.result) });
      else this.rows.splice(this.rows.indexOf(row), 1);
      return true;
    });
  }

  #isWanted({ dueAt, lane, connector, attempt, expired }: SendWork & { dueAt: number }, claim: SendClaim, now: number) {
    if (claim.waitingOf) return attempt === 0 && (lane || dueAt <= now) && claim.waitingOf.includes(connector);
    if (claim.expiredOf) return expired && dueAt <= now && claim.expiredOf.includes(connector);
    return dueAt <= now + (lane ? claim.lookAheadMs : 0) && !claim.except?.includes(connector);
  }

  async nextDueAt(_kind: string, except: string[] = []): Promise<number | null> {
    this.asked += 1;
    const rows = this.rows.filter((row) => !except.includes(row.connector));
    return rows.length > 0 ? Math.min(...rows.map((row) => row.dueAt)) : null;
  }
}

function movedOf({ past, move }: Extract<SendSettlement['result'], { kind: 'again' }>): Partial<SendWork> {
  return { ...(past && { past }), ...(move && { connector: move.connector, lane: move.lane }) };
}

/** A carrier that takes everything, unless told what to answer. */
export function fakeConnector(name: string, clock: Clock) {
  const sent: { sid: string; at: number; attempt: number }[] = [];
  const connector: Connector & { answer: (batch: Submission[]) => Promise<Outcome[]> } = {
    name,
    honoursIdempotencyKeys: true,
    answer: async (batch) => batch.map((one) => ({ kind: 'accepted', carrierIds: [`${one.messageSid}-1`] })),
    async start() {},
    async send(batch) {
      for (const { messageSid, attempt } of batch) sent.push({ sid: messageSid, at: clock.monotonic(), attempt });
      return connector.answer(batch);
    },
    async stop() {},
  };
  return { connector, sent };
}
