/**
 * Long messages whose parts have been waited for long enough, and those whose taking in was cut short by a crash. They
 * fall due like any work. One that breaks this room too often is kept as failed, with its text if that can be kept.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { JoiningWork } from '../store/inbound-shapes.ts';
import type { Store } from '../store/store.ts';
import { failedSubmit, SUBMIT_CONNECTOR } from './failed-submit.ts';
import type { Inbound } from './inbound.ts';
import { brokenIntake } from './judge-arrival.ts';
import { Loop } from './loop.ts';
import type { NodeMembership } from './membership.ts';
import { BROKEN, makeQuarantine } from './quarantine.ts';

export interface JoiningsParts {
  store: Pick<Store, 'claimJoinings' | 'nextDueAt' | 'takeIn' | 'endSubmission'>;
  sids: Pick<SidMaker, 'make'>;
  membership: Pick<NodeMembership, 'term'>;
  inbound: Pick<Inbound, 'takeJoining'>;
  /** Takes those of submits, which nobody is waiting with any more. */
  takeSubmitted?: (work: JoiningWork) => Promise<void>;
  clock: Clock;
  observe: Observer;
  settings: { batch: number; leaseMs: number; pollMs: number };
}

export function makeJoinings(parts: JoiningsParts): Loop<JoiningWork> {
  const { store, clock, membership, settings } = parts;
  const onFault = (where: string, error: unknown) => parts.observe({ type: 'fault', at: clock.now(), where, error });
  const quarantine = makeQuarantine({ room: 'joinings', clock, observe: parts.observe });
  const take = (work: JoiningWork) =>
    work.message.submitted && parts.takeSubmitted ? parts.takeSubmitted(work) : parts.inbound.takeJoining(work);

  /** What cannot be taken in now is due again when its lease is over, unless that has been often enough. */
  async function takeOrBreak(work: JoiningWork): Promise<void> {
    try {
      await take(work);
    } catch (error) {
      const { joining: id, accountSid, message } = work;
      const sid = message.submitted?.sid ?? '';
      if (quarantine.broke({ id, accountSid, sid }, 'joinings: take in', error)) await giveUp(work);
    }
  }

  async function giveUp(work: JoiningWork): Promise<void> {
    const { joining, accountSid, message } = work;
    const { submitted } = message;
    try {
      if (submitted) {
        const at = clock.now();
        const user = work.connector.slice(SUBMIT_CONNECTOR.length);
        // Its parts were answered, so their ESME has to hear of it.
        const tell = failedSubmit({ user, message, errorCode: BROKEN, at });
        await store.endSubmission({ joining, accountSid, messageSid: submitted.sid, tell }, at);
      } else await keepBroken(work);
    } catch (error) {
      onFault('joinings: give up', error);
    }
  }

  async function keepBroken(work: JoiningWork): Promise<void> {
    const at = clock.now();
    const intake = brokenIntake(work, parts.sids.make('SM'), at);
    try {
      await store.takeIn([intake], at);
    } catch (error) {
      if (intake.message.body === '') throw error;
      // It may be the text that cannot be kept.
      await store.takeIn([{ ...intake, message: { ...intake.message, body: '' } }], at);
    }
    const { sid, accountSid, createdAt } = intake.message;
    parts.observe({ type: 'message.status', at, sid, accountSid, status: 'failed', errorCode: BROKEN, createdAt });
  }

  return new Loop<JoiningWork>({
    name: 'joinings',
    clock,
    async claim(limit) {
      const term = membership.term();
      if (term === null) return [];
      return store.claimJoinings({ owner: term.owner, limit, leaseMs: settings.leaseMs }, clock.now());
    },
    async run(works) {
      await Promise.all(works.map(takeOrBreak));
    },
    nextDueAt: async () => (membership.term() === null ? null : store.nextDueAt('joining')),
    maxInFlight: settings.batch,
    batch: settings.batch,
    pollMs: settings.pollMs,
    onFault,
  });
}
