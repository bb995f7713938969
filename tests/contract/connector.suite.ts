/** What every connector promises the engine, whatever its carrier speaks. Run by `connector.test.ts` for each kind. */
import { describe, expect, it } from 'vitest';
import type { Connector, Submission } from '../../src/connectors/connector.ts';
import { submission as plainSubmission, type RecordingEar, until } from '../helpers/smpp.ts';

export interface ConnectorRig {
  connector: Connector;
  ear: RecordingEar;
  /** The carrier brings a message; resolves with whether it was answered that all is well. Left out: it has no answer. */
  bring?: () => Promise<boolean>;
  /** All that the connector has said to people. */
  told?: () => unknown;
  /** What must not be in it. */
  secrets?: string[];
  close(): Promise<void>;
}

/** How the carrier reports: before it answers, or twice. */
export type ReceiptHabit = 'once' | 'early' | 'twice';

export interface ConnectorCase {
  start(habit?: ReceiptHabit): Promise<ConnectorRig>;
  /** Of a message of three parts: one each, or one for the whole. */
  idsOfLong: 1 | 3;
  /** What every message of this carrier has, such as its channel. */
  common?: Partial<Submission>;
  habits: ReceiptHabit[];
  /** A recipient whom the carrier refuses, and the code that it becomes. */
  refused: { to: string; errorCode: number };
  /** A recipient who cannot be reached, and the code of the receipt. */
  undelivered: { to: string; errorCode: number };
}

export function connectorSuite(name: string, one: ConnectorCase): void {
  const { start, refused, undelivered, idsOfLong, common, habits } = one;
  const submission = (sid: string, text = 'Hello', more: Partial<Submission> = {}) =>
    plainSubmission(sid, text, { ...common, ...more });

  describe(`the ${name} connector`, () => {
    it('takes a message, with an id for the receipt that follows', async () => {
      const { connector, ear, close } = await start();
      const [outcome] = await connector.send([submission('SM1')]);
      if (outcome?.kind !== 'accepted') throw new Error(`it was ${outcome?.kind}`);
      expect(outcome.carrierIds).toHaveLength(1);
      await until(() => ear.receiptsHeard.length === 1);
      const [carrierId] = outcome.carrierIds;
      expect(ear.receiptsHeard).toMatchObject([{ connector: connector.name, carrierId, state: 'delivered' }]);
      expect(ear.receiptsHeard[0]?.doneDate).toMatch(/^\d{10}$/);
      await close();
    });

    it('has one outcome for each submission, in order, and as many ids as it will have receipts', async () => {
      const { connector, close } = await start();
      const outcomes = await connector.send([
        submission('SM1', 'long '.repeat(70)),
        submission('SM2', 'Hello', { to: refused.to }),
        submission('SM3'),
      ]);
      expect(outcomes).toMatchObject([
        { kind: 'accepted' },
        { kind: 'refused', errorCode: refused.errorCode },
        { kind: 'accepted' },
      ]);
      const ids = outcomes.flatMap((one) => (one.kind === 'accepted' ? one.carrierIds : []));
      expect(new Set(ids).size).toBe(idsOfLong + 1);
      await close();
    });

    it('tells why a message was not delivered', async () => {
      const { connector, ear, close } = await start();
      await connector.send([submission('SM1', 'Hello', { to: undelivered.to })]);
      await until(() => ear.receiptsHeard.length === 1);
      expect(ear.receiptsHeard).toMatchObject([{ state: 'undelivered', errorCode: undelivered.errorCode }]);
      await close();
    });

    it('brings a receipt again when it could not be committed', async () => {
      const { connector, ear, close } = await start();
      let refusals = 1;
      ear.gate = async () => {
        refusals -= 1;
        if (refusals >= 0) throw new Error('the store is away');
      };
      await connector.send([submission('SM1')]);
      await until(() => ear.receiptsHeard.length === 1);
      expect(ear.receiptsHeard).toMatchObject([{ state: 'delivered' }]);
      await close();
    });

    it('stops more than once, and starts again', async () => {
      const { connector, ear, close } = await start();
      await connector.stop();
      await connector.stop();
      await connector.start(ear);
      let outcome = (await connector.send([submission('SM1')]))[0];
      for (let tries = 0; outcome?.kind === 'unreachable' && tries < 500; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        outcome = (await connector.send([submission('SM1')]))[0];
      }
      expect(outcome?.kind).toBe('accepted');
      await close();
    });

    it('has an outcome for what makes no sense, and throws nothing', async () => {
      const { connector, close } = await start();
      const odd = { from: '', to: 'nobody\0', parts: [], actions: ['geo:none'] };
      const outcomes = await connector.send([submission('SM1', '', odd), submission('SM2')]);
      expect(outcomes).toHaveLength(2);
      expect(outcomes[1]?.kind).toBe('accepted');
      await close();
    });

    it('has an outcome for everything that was under way when it stopped', async () => {
      const { connector, close } = await start();
      const sending = connector.send(Array.from({ length: 40 }, (_, index) => submission(`SM${index}`)));
      await connector.stop();
      const outcomes = await sending;
      expect(outcomes).toHaveLength(40);
      // Taken, known to be unsent, or in doubt; never refused for the stop.
      expect(outcomes.filter(({ kind }) => kind === 'refused')).toEqual([]);
      await close();
    });

    it.skipIf(!habits.includes('early'))('hears a receipt that comes before the answer', async () => {
      const { connector, ear, close } = await start('early');
      const [outcome] = await connector.send([submission('SM1')]);
      await until(() => ear.receiptsHeard.length === 1);
      const carrierId = outcome?.kind === 'accepted' ? outcome.carrierIds[0] : null;
      expect(ear.receiptsHeard).toMatchObject([{ carrierId, state: 'delivered' }]);
      await close();
    });

    it.skipIf(!habits.includes('twice'))('tells a receipt twice when it comes twice, under one id', async () => {
      const { connector, ear, close } = await start('twice');
      await connector.send([submission('SM1')]);
      await until(() => ear.receiptsHeard.length === 2);
      expect(new Set(ear.receiptsHeard.map(({ carrierId }) => carrierId)).size).toBe(1);
      await close();
    });

    it('answers a message that comes in when it is committed, and never well when it is not', async () => {
      const { ear, bring, close } = await start();
      if (bring) {
        const gate = { open: null as (() => void) | null };
        let isCommitted = false;
        ear.gate = () => new Promise((resolve) => (gate.open = resolve));
        const answered = bring().then((isWell) => {
          expect(isCommitted).toBe(true);
          return isWell;
        });
        await until(() => gate.open !== null);
        isCommitted = true;
        gate.open?.();
        expect(await answered).toBe(true);
        expect(ear.inboundHeard).toHaveLength(1);
        ear.gate = () => Promise.reject(new Error('the store is away'));
        expect(await bring()).toBe(false);
        expect(ear.inboundHeard).toHaveLength(1);
      }
      await close();
    });

    it('says its secrets to nobody', async () => {
      const { connector, told, secrets = [], close } = await start();
      await connector.send([submission('SM1'), submission('SM2', 'Hello', { to: refused.to })]);
      await close();
      const outcomes = await connector.send([submission('SM3')]);
      const said = JSON.stringify([told?.(), outcomes, Object.entries(connector)]);
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    });

    it('stops before it was ever started', async () => {
      const { connector, close } = await start();
      await close();
      await expect(connector.stop()).resolves.toBeUndefined();
    });
  });
}
