import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Esme } from '../../tests/helpers/esme.ts';
import { until } from '../../tests/helpers/smpp.ts';
import { HandWoundClock } from '../domain/clock.ts';
import { Link } from './link.ts';
import { Session } from './session.ts';
import { ESME_DEFAULTS, SERVER_DEFAULTS } from './settings.ts';

const { enquireMs, patienceMs } = SERVER_DEFAULTS;

/** An ESME bound to a session on a hand-wound clock, and why it was lost. */
async function bound() {
  const clock = new HandWoundClock();
  const lost: string[] = [];
  const user = { ...ESME_DEFAULTS, name: 'acme', accountSid: 'AC1' };
  let link: Link | null = null;
  const server = createServer((socket) => {
    link = new Link(socket, clock);
    new Session({
      link,
      clock,
      settings: SERVER_DEFAULTS,
      signIn: { verify: async () => ({ user, holds: null }), failed: () => 0 },
      desk: { serve: async (_, { sequence }) => ({ command: 'submit_sm_resp', sequence, messageId: '' }) },
      makeRoom: async () => undefined,
      enter: () => true,
      moved: () => undefined,
      notice: ({ state, why }) => void (state === 'lost' && lost.push(why ?? '')),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const esme = await Esme.bound(typeof address === 'object' && address ? address.port : 0);
  onTestFinished(() => {
    esme.drop();
    link?.destroy('over');
    server.close();
  });
  const heardOctets = () => link?.heardOctets ?? 0;
  return { clock, esme, lost, heardOctets };
}

it('a quiet ESME that answers is asked every enquire_every, whatever the patience with one that does not', async () => {
  const { clock, esme, heardOctets } = await bound();
  for (const asked of [1, 2, 3]) {
    const before = heardOctets();
    clock.advance(enquireMs);
    await until(() => esme.heard.length === asked && heardOctets() > before);
  }
});

it('answers to nothing that was asked put no enquiry off', async () => {
  const { clock, esme, heardOctets } = await bound();
  clock.advance(enquireMs - 1);
  const before = heardOctets();
  esme.write({ command: 'enquire_link_resp', sequence: 9 });
  await until(() => heardOctets() > before);
  // It was heard, so the end of this period asks nothing; that of the next one does.
  clock.advance(1 + enquireMs);
  await until(() => esme.heard.length === 1);
});

it('a quiet ESME that does not answer is dropped when the patience is over', async () => {
  const { clock, esme, lost } = await bound();
  esme.answersEnquiries = false;
  clock.advance(enquireMs);
  await until(() => esme.heard.length === 1);
  clock.advance(patienceMs - 1);
  expect(lost).toEqual([]);
  clock.advance(1);
  expect(lost).toEqual([expect.stringContaining('half-open')]);
});
