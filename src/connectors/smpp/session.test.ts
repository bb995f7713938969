import { expect, it, onTestFinished } from 'vitest';
import { PASSWORD, until } from '../../../tests/helpers/smpp.ts';
import { HandWoundClock, realClock } from '../../domain/clock.ts';
import { Smsc } from '../../simulator/smsc.ts';
import type { SmscScript } from '../../simulator/smsc-plans.ts';
import { Session } from './session.ts';
import { SMPP_DEFAULTS } from './settings.ts';

const { enquireMs, bindTimeoutMs } = SMPP_DEFAULTS;

/** A bound session on a clock of its own, and what it asked and was answered. */
async function bound(script: SmscScript = {}) {
  const smsc = new Smsc({ clock: realClock, script });
  const port = await smsc.listen();
  const clock = new HandWoundClock();
  const seen: string[] = [];
  const lost: string[] = [];
  const session = new Session({
    name: 'tx 1',
    role: 'transceiver',
    settings: { ...SMPP_DEFAULTS, host: '127.0.0.1', port, systemId: 'pidge', password: PASSWORD },
    clock,
    random: () => 0.5,
    onRoom: () => undefined,
    onLost: () => undefined,
    onDeliver: async () => 0,
    notice: (one) => void (one.state === 'lost' && lost.push(one.why)),
    seen: (_, { command }) => void seen.push(command),
  });
  session.start();
  await until(() => session.isBound);
  onTestFinished(async () => {
    const stopped = session.stop();
    clock.advance(SMPP_DEFAULTS.stopMs);
    await stopped;
    await smsc.close();
  });
  return { clock, lost, count: (command: string) => seen.filter((one) => one === command).length };
}

it('a quiet carrier that answers is asked every enquire_every, whatever the patience with one that does not', async () => {
  const { clock, count } = await bound();
  for (const asked of [1, 2, 3]) {
    clock.advance(enquireMs - 1);
    expect(count('enquire_link')).toBe(asked - 1);
    clock.advance(1);
    expect(count('enquire_link')).toBe(asked);
    await until(() => count('enquire_link_resp') === asked);
  }
});

it('a quiet carrier that does not answer is dropped when bind_timeout is over', async () => {
  const { clock, count, lost } = await bound({ enquire: () => false });
  clock.advance(enquireMs + bindTimeoutMs - 1);
  expect([count('enquire_link'), lost]).toEqual([1, []]);
  clock.advance(1);
  expect(lost).toEqual([expect.stringContaining('half-open')]);
});
