import { beforeEach, describe, expect, it } from 'vitest';
import { ConnectorBook } from './connector-book.ts';
import type { Connector, Ear, Outcome, Submission } from './connectors/connector.ts';
import { HandWoundClock } from './domain/clock.ts';
import { Durations } from './domain/durations.ts';

const submission = { messageSid: 'SM1', receipt: undefined } as unknown as Submission;
const MISSING_AFTER_MS = 600_000;
const nothing = { receipts: [], unknown: [], dropped: 0 };

let clock: HandWoundClock;
let book: ConnectorBook;
let ear: Ear;
/** What the next hand-over comes to, and how long it takes. */
let answer: () => Outcome;

async function watched(isBound?: boolean): Promise<Connector> {
  const connector: Connector = {
    name: 'acme',
    honoursIdempotencyKeys: false,
    isBound,
    start: async (its) => {
      ear = its;
    },
    send: async (batch) => batch.map(() => answer()),
    stop: async () => undefined,
  };
  const listened = book.watch(connector);
  await listened.start({ receipts: async () => undefined, inbound: async () => undefined });
  return listened;
}
const delivered = (carrierId: string) => ear.receipts([{ connector: 'acme', carrierId, state: 'delivered' }]);

beforeEach(() => {
  clock = new HandWoundClock();
  book = new ConnectorBook(clock);
});

describe('what connectors did lately', () => {
  it('receipts are timed from their hand-over, also those that overtake it, and one that never comes is missing', async () => {
    const connector = await watched(true);
    const ids = ['a', 'b', 'early', 'never'];
    answer = () => ({ kind: 'accepted', carrierIds: [ids.shift() ?? ''] });
    await delivered('early');
    await connector.send([submission, submission, submission, submission]);
    await connector.send([{ ...submission, receipt: false }]);
    clock.advance(3_000);
    await delivered('a');
    await delivered('b');
    await delivered('b');
    const soon = book.of('acme');
    expect(soon.receiptP50Ms).toBeGreaterThan(2_600);
    expect(soon.receiptP50Ms).toBeLessThan(3_400);
    expect(soon.missingReceipts).toBe(0);
    clock.advance(MISSING_AFTER_MS);
    expect(book.of('acme').missingReceipts).toBe(0.25);
  });

  it('answers of SMPP are counted by status, with the last that is a trouble; after a quarter of an hour they are gone', async () => {
    await watched(true);
    const answers = new Durations();
    for (const ms of [20, 20, 140]) answers.add(ms);
    const pdus = [
      { command: 'submit_sm_resp', status: 'ESME_ROK', count: 2 },
      { command: 'submit_sm_resp', status: 'ESME_RTHROTTLED', count: 1 },
      { command: 'enquire_link_resp', status: 'ESME_ROK', count: 9 },
    ];
    book.observe({ type: 'connector.pdus', at: 1_000, connector: 'acme', ...nothing, pdus, answers });
    const now = book.of('acme');
    expect([...now.statuses]).toEqual([
      ['ESME_ROK', 2],
      ['ESME_RTHROTTLED', 1],
    ]);
    expect(now.submitP95Ms).toBeGreaterThan(120);
    expect(now.lastTrouble).toEqual({ at: 1_000, text: 'ESME_RTHROTTLED' });
    clock.advance(16 * 60_000);
    expect(book.of('acme')).toMatchObject({ submitP95Ms: null, statuses: new Map() });
  });

  it('what keeps no connection is counted by outcome, and told to whoever handed it over as before', async () => {
    const connector = await watched();
    answer = () => ({ kind: 'refused', errorCode: 30007, note: 'no such route' });
    expect(await connector.send([submission])).toEqual([answer()]);
    const { statuses, lastTrouble, submitP95Ms } = book.of('acme');
    expect([[...statuses], lastTrouble?.text, submitP95Ms]).toEqual([[['refused', 1]], 'no such route', 1]);
  });

  it('binds are as they were last told', () => {
    const told = { type: 'connector.bind' as const, connector: 'acme', bind: 'acme transceiver 1' };
    book.observe({ ...told, at: 1, state: 'bound' });
    book.observe({ ...told, at: 2, state: 'lost', why: 'the carrier ended it' });
    book.observe({ ...told, at: 3, state: 'odd', why: 'an answer to nothing' });
    const { binds, lastTrouble } = book.of('acme');
    expect(binds).toEqual([{ name: 'acme transceiver 1', bound: false, at: 2, why: 'the carrier ended it' }]);
    expect(lastTrouble).toEqual({ at: 3, text: 'an answer to nothing' });
  });
});
