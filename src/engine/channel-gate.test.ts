import { expect, it } from 'vitest';
import { message } from '../../tests/contract/store.fixtures.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { Document, Sender } from '../store/directory.ts';
import { makeChannelGate } from './channel-gate.ts';

const TEMPLATE = `HX${'a'.repeat(32)}`;

/** A store in which nobody has written, which counts what it is asked for. */
function makeGate(approval: object | null = { status: 'approved' }) {
  const asked: string[] = [];
  const gate = makeChannelGate({
    store: {
      async lastInboundsAt(_, pairs) {
        asked.push(`last of ${pairs.map(({ from }) => from).join(' and ')}`);
        return [];
      },
      async sendersByAddress(addresses) {
        asked.push('sender');
        return addresses.map((address) => ({ accountSid: 'AC', address, properties: {} }) as unknown as Sender);
      },
      documentsByName: async () => [],
      async account() {
        asked.push('account');
        return null;
      },
      async document(_, kind) {
        asked.push(kind);
        return { properties: { approval } } as unknown as Document;
      },
      async documents() {
        return [];
      },
    },
    clock: new HandWoundClock(),
    sessionWindow: 'enforce',
    namedTemplates: new Set([TEMPLATE]),
  });
  return { gate, asked };
}

const toPhone = (n: number, content?: { sid: string; variables: Record<string, string> }) =>
  message({
    sid: `SM${String(n).padStart(32, '0')}`,
    from: 'whatsapp:+12025550100',
    to: `whatsapp:+1202555010${n}`,
    options: content ? { content } : {},
  });

it('asks for the sender, the template and all the people of a campaign once', async () => {
  const { gate, asked } = makeGate();
  const content = { sid: TEMPLATE, variables: {} };
  expect((await gate.refusals([1, 2, 3].map((n) => toPhone(n, content))))?.size).toBe(0);
  const people = [1, 2, 3].map((n) => `whatsapp:+1202555010${n}`).join(' and ');
  expect(asked.toSorted()).toEqual(['account', 'content', `last of ${people}`, 'sender']);
});

it('refuses a free text to somebody who has not written', async () => {
  const { gate } = makeGate();
  const [template, text] = [toPhone(1, { sid: TEMPLATE, variables: {} }), toPhone(2)];
  const refused = await gate.refusals([template, text]);
  expect([...(refused ?? [])].map(([sid, { errorCode }]) => [sid, errorCode])).toEqual([[text.sid, 63016]]);
});

it('lets a template pass that nobody submitted here, when settings name it, and no other', async () => {
  const { gate } = makeGate(null);
  const [named, other] = [toPhone(1, { sid: TEMPLATE, variables: {} }), toPhone(2, { sid: 'HX2', variables: {} })];
  expect([...((await gate.refusals([named, other])) ?? [])].map(([sid]) => sid)).toEqual([other.sid]);
});

it('asks nothing about phones', () => {
  expect(makeGate().gate.refusals([message({ to: '+12025550101' })])).toBeNull();
});
