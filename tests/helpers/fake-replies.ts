import type { Message } from '../../src/domain/message.ts';
import type { Account } from '../../src/store/directory.ts';
import type { ReplyPayload, ReplyResult, ReplyWork } from '../../src/store/inbound-shapes.ts';

const ACCOUNT = `AC${'a'.repeat(32)}`;

/** The verbs of replies in memory: leases and attempts as the contract has them. Replies are accepted at once. */
export class FakeReplies {
  rows: (Pick<ReplyWork, 'workId' | 'attempt' | 'payload' | 'message'> & { dueAt: number })[] = [];
  results: ReplyResult[] = [];
  groups: number[] = [];
  /** Asked before every commit; throws what the store would. */
  beforeCommit: (batch: ReplyResult[]) => void = () => undefined;
  isFull = false;

  /** A message that its app at `url` is to be asked about. */
  add(url: string, more: Partial<ReplyPayload> = {}): string {
    const workId = this.rows.length + this.results.length + 1;
    const sid = `SM${String(workId).padStart(32, '0')}`;
    const target = { url, method: 'POST' } as const;
    const payload: ReplyPayload = {
      webhook: { primary: target, fallback: null },
      optOutType: null,
      session: { documents: 0, messages: 0 },
      document: { target, why: 'first' },
      rest: [],
      ...more,
    };
    const addresses = { from: '+13125550142', to: '+12025550100', serviceSid: null };
    const message = {
      ...addresses,
      sid,
      accountSid: ACCOUNT,
      body: 'Hello',
      status: 'receiving',
      direction: 'inbound',
      numSegments: 1,
      numMedia: 0,
      createdAt: 0,
      options: {},
    } as Partial<Message> as Message;
    this.rows.push({ workId, attempt: 0, payload, message, dueAt: 0 });
    return sid;
  }

  async claimReplies({ limit, leaseMs }: { limit: number; leaseMs: number }, now: number): Promise<ReplyWork[]> {
    const due = this.rows.filter((row) => row.dueAt <= now).slice(0, limit);
    return due.map((row) => {
      row.dueAt = now + leaseMs;
      row.attempt += 1;
      const { dueAt: _, ...work } = row;
      return { ...work, media: [], jar: null, loop: null };
    });
  }

  async finishReplies(batch: ReplyResult[], now: number) {
    this.beforeCommit(batch);
    this.groups.push(batch.length);
    return batch.map((result) => {
      const row = this.rows.find(({ workId, attempt }) => workId === result.workId && attempt === result.attempt);
      if (!row) return null;
      this.results.push(result);
      if (result.next) Object.assign(row, { payload: result.next, dueAt: now });
      else this.rows.splice(this.rows.indexOf(row), 1);
      const accepted = result.replies.map(() =>
        this.isFull ? ({ ok: false, reason: 'queue-full' } as const) : ({ ok: true, dueAt: now } as const),
      );
      return { accepted, due: [] };
    });
  }

  async nextDueAt() {
    return this.rows.length > 0 ? Math.min(...this.rows.map((row) => row.dueAt)) : null;
  }

  account = async () => ({ sid: ACCOUNT, ownerSid: ACCOUNT, status: 'active' }) as Account;
  message = async () => null;
  pair = async () => null;
  senderByAddress = async () => null;
  document = async () => null;
  documents = async () => [];
  senders = async () => [];
}
