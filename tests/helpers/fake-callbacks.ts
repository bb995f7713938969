import type { CallbackResult, CallbackWork } from '../../src/store/callback-shapes.ts';

const ACCOUNT = `AC${'a'.repeat(32)}`;

/** The two verbs in memory: leases, attempts and order per message as the contract has them. */
export class FakeCallbacks {
  rows: (CallbackWork & { dueAt: number })[] = [];
  results: CallbackResult[] = [];
  groups: number[] = [];
  failWith: Error | null = null;

  add(url: string, more: { sid?: string; at?: number; status?: 'sent' | 'delivered' } = {}) {
    const workId = this.rows.length + this.results.length + 1;
    const { sid = `SM${String(workId).padStart(32, '0')}`, at = 0, status = 'delivered' } = more;
    const payload = {
      url,
      status,
      from: '+12025550100',
      to: '+12025550101',
      serviceSid: null,
      errorCode: null,
      doneDate: null,
      at,
    };
    this.rows.push({ workId, attempt: 0, messageSid: sid, accountSid: ACCOUNT, payload, dueAt: at });
  }

  async claimCallbacks({ limit, leaseMs }: { limit: number; leaseMs: number }, now: number) {
    const first = this.rows.filter((row) => this.rows.find((other) => other.messageSid === row.messageSid) === row);
    const due = first.filter((row) => row.dueAt <= now).slice(0, limit);
    return due.map((row) => {
      row.dueAt = now + leaseMs;
      row.attempt += 1;
      const { dueAt: _, ...work } = row;
      return { ...work };
    });
  }

  async finishCallbacks(batch: CallbackResult[]) {
    if (this.failWith) throw this.failWith;
    this.groups.push(batch.length);
    return batch.map((result) => {
      const row = this.rows.find((each) => each.workId === result.workId && each.attempt === result.attempt);
      if (!row) return false;
      this.results.push(result);
      if (result.decision === 'retry') row.dueAt = result.retryAt ?? 0;
      else this.rows.splice(this.rows.indexOf(row), 1);
      return true;
    });
  }

  async nextDueAt() {
    return this.rows.length > 0 ? Math.min(...this.rows.map((row) => row.dueAt)) : null;
  }
}
