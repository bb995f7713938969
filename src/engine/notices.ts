/**
 * Notices: the confirmations of keywords. They are no messages: nothing is charged, listed or called back, and nobody
 * waits for a receipt. A STOP does not hold up its own confirmation.
 */
import type { Connector, Outcome, Submission } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { segment } from '../domain/segments.ts';
import type { NoticeWork } from '../store/inbound-shapes.ts';
import type { Store } from '../store/store.ts';
import { Loop } from './loop.ts';
import type { NodeMembership } from './membership.ts';

export interface NoticesParts {
  store: Pick<Store, 'claimNotices' | 'finishNotices' | 'nextDueAt'>;
  membership: Pick<NodeMembership, 'term'>;
  connectors: ReadonlyMap<string, Connector>;
  /** Connectors whose work is to be left alone. */
  except: () => string[];
  clock: Clock;
  observe: Observer;
  settings: { batch: number; leaseMs: number; pollMs: number };
}

/** A confirmation that comes much later confuses more than it helps. */
const MOST_ATTEMPTS = 5;
const FIRST_RETRY_MS = 1_000;

export function makeNotices(parts: NoticesParts): Loop<NoticeWork> {
  const { store, clock, membership, connectors, observe, settings } = parts;
  const onFault = (where: string, error: unknown) => observe({ type: 'fault', at: clock.now(), where, error });

  async function handOver(name: string, works: NoticeWork[]): Promise<void> {
    const outcomes = await send(connectors.get(name), works);
    const now = clock.now();
    const results = works.map((work, index) => {
      const { workId, attempt, accountSid } = work;
      const outcome = outcomes[index] ?? { kind: 'unreachable' };
      const isOver = outcome.kind === 'accepted' || outcome.kind === 'refused' || attempt >= MOST_ATTEMPTS;
      observe({
        type: 'notice.outcome',
        at: now,
        sid: work.messageSid,
        connector: name,
        outcome: outcome.kind,
        attempt,
      });
      return { workId, attempt, accountSid, ...(!isOver && { again: now + FIRST_RETRY_MS * 2 ** (attempt - 1) }) };
    });
    await store.finishNotices(results, now);
  }

  async function send(connector: Connector | undefined, works: NoticeWork[]): Promise<Outcome[]> {
    if (!connector) return [];
    try {
      return await connector.send(works.map(submissionOf));
    } catch (error) {
      onFault(`connector ${connector.name}`, error);
      return [];
    }
  }

  /** With connectors configured but none of them ours, there is nothing to ask the store for. */
  function isNothingOurs(except: string[]): boolean {
    return membership.term() === null || [...connectors.keys()].every((name) => except.includes(name));
  }

  const loop = new Loop<NoticeWork>({
    name: 'notices',
    clock,
    async claim(limit) {
      const term = membership.term();
      const except = parts.except();
      if (term === null || isNothingOurs(except)) return [];
      return store.claimNotices({ owner: term.owner, limit, leaseMs: settings.leaseMs, except }, clock.now());
    },
    async run(works) {
      const byConnector = Map.groupBy(works, ({ connector }) => connector);
      await Promise.all([...byConnector].map(([name, its]) => handOver(name, its)));
    },
    nextDueAt: async () => (isNothingOurs(parts.except()) ? null : store.nextDueAt('notice')),
    maxInFlight: settings.batch,
    batch: settings.batch,
    pollMs: settings.pollMs,
    onFault,
  });
  return loop;
}

function submissionOf({ workId, attempt, accountSid, messageSid, from, to, text }: NoticeWork): Submission {
  const { parts, encoding } = segment(text);
  const isWhole = to.includes(':');
  return {
    messageSid: `${messageSid}-notice`,
    accountSid,
    from,
    to,
    parts: isWhole ? [text] : parts,
    encoding,
    media: [],
    actions: [],
    receipt: false,
    attempt,
    // The message's name is in it: numbers of works begin anew with each database.
    idempotencyKey: `notice-${messageSid}-${workId}`,
  };
}
