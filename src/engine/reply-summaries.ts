/** What became of inbound messages, for who waits for it in this process: the test-support side. */
import type { AlertDraft } from '../domain/alert.ts';
import type { Message } from '../domain/message.ts';

export interface ReplySummary {
  /** The last document that was asked for; `null`: none was. */
  webhook: { url: string; status: number | null; ms: number } | null;
  replies: Message[];
  alerts: AlertDraft[];
}

interface Entry {
  summary: ReplySummary;
  isOver: boolean;
  waiting: ((summary: ReplySummary) => void)[];
}

const MOST_KEPT = 1_000;

export class ReplySummaries {
  readonly #entries = new Map<string, Entry>();

  /** Adds what one document came to. `isOver`: no other follows. */
  add(messageSid: string, { webhook, replies, alerts }: ReplySummary, isOver: boolean): void {
    const entry = this.#entryOf(messageSid);
    const { summary } = entry;
    summary.webhook = webhook ?? summary.webhook;
    summary.replies.push(...replies);
    summary.alerts.push(...alerts);
    entry.isOver = isOver;
    if (!isOver) return;
    for (const resolve of entry.waiting.splice(0)) resolve(summary);
  }

  /** Resolves when the message is answered. Never for one that has no webhook, or that another node answers. */
  settled(messageSid: string): Promise<ReplySummary> {
    const entry = this.#entryOf(messageSid);
    if (entry.isOver) return Promise.resolve(entry.summary);
    return new Promise((resolve) => entry.waiting.push(resolve));
  }

  #entryOf(messageSid: string): Entry {
    const known = this.#entries.get(messageSid);
    if (known) return known;
    const entry: Entry = { summary: { webhook: null, replies: [], alerts: [] }, isOver: false, waiting: [] };
    this.#entries.set(messageSid, entry);
    const oldest = this.#entries.size > MOST_KEPT ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) this.#entries.delete(oldest);
    return entry;
  }
}
