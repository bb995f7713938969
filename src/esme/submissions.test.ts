import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import { cryptoRandom, SidMaker } from '../domain/sid.ts';
import type { EndedSubmission, JoiningWork } from '../store/inbound-shapes.ts';
import { type Creation, makeSubmissions } from './submissions.ts';

const SID = `SM${'0'.repeat(32)}`;
const WORK: JoiningWork = {
  joining: 'j1',
  connector: 'smpp:acme',
  accountSid: 'AC1',
  lost: false,
  message: {
    ...{ from: '+1', to: '+2', body: 'Long', numSegments: 2 },
    submitted: { sid: SID, at: 5, wants: [3, 0], form: { ScheduleType: 'fixed', SendAt: 'then' } },
  },
};

/** What is asked of the door and of the store when a joining is taken late. */
function rig(create: () => void = () => undefined, known = false) {
  const clock = new HandWoundClock();
  const created: Creation[] = [];
  const ended: EndedSubmission[] = [];
  const submissions = makeSubmissions({
    clock,
    sids: new SidMaker(clock, cryptoRandom),
    store: {
      message: async () => (known ? ({} as never) : null),
      takePart: async () => [],
      endSubmission: async (one) => ended.push(one) > 0,
    },
    async create(creation) {
      create();
      created.push(creation);
    },
    ring: () => undefined,
    partsWaitMs: 1_000,
  });
  return { submissions, created, ended };
}

describe('a joining of submits that nobody waits with', () => {
  it('becomes the message that was promised, at its hour', async () => {
    const { submissions, created, ended } = rig();
    await submissions.takeLate(WORK);
    const form = { To: '+2', From: '+1', Body: 'Long', ScheduleType: 'fixed', SendAt: 'then' };
    expect(created).toEqual([{ accountSid: 'AC1', form, sid: SID, callbackUrl: `smpp:acme?id=${SID}&at=5&wants=30` }]);
    expect(ended).toEqual([{ joining: 'j1', accountSid: 'AC1', messageSid: SID, tell: null }]);
  });

  it('is not made twice when a crash came before its end', async () => {
    const { submissions, created, ended } = rig(undefined, true);
    await submissions.takeLate(WORK);
    expect([created.length, ended.length]).toEqual([0, 1]);
  });

  it('and lacks parts is over at once, whatever hour it was for', async () => {
    const { submissions, created } = rig();
    await submissions.takeLate({ ...WORK, lost: true });
    expect(created).toMatchObject([{ isExpired: true, form: { To: '+2', From: '+1', Body: 'Long' } }]);
    expect(created[0]?.form).not.toHaveProperty('SendAt');
  });

  it('and is refused for good is told so; for now, it is tried again', async () => {
    const refused = rig(() => {
      throw refuse(21610);
    });
    await refused.submissions.takeLate(WORK);
    expect(refused.ended).toMatchObject([{ tell: { status: 'failed', errorCode: 21610 } }]);
    const full = rig(() => {
      throw refuse(21611);
    });
    await full.submissions.takeLate(WORK);
    expect(full.ended).toEqual([]);
    const broken = rig(() => {
      throw new Error('a bug');
    });
    await expect(broken.submissions.takeLate(WORK)).rejects.toThrow('a bug');
    expect(broken.ended).toEqual([]);
  });
});
