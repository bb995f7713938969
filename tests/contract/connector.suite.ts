/** What every connector promises the engine, whatever its carrier speaks. Run by `connector.test.ts` for each kind. */
import { describe, expect, it } from 'vitest';
import type { Connector } from '../../src/connectors/connector.ts';
import { type RecordingEar, submission, until } from '../helpers/smpp.ts';

export interface ConnectorRig {
  connector: Connector;
  ear: RecordingEar;
  close(): Promise<void>;
}

export interface ConnectorCase {
  start(): Promise<ConnectorRig>;
  /** A recipient whom the carrier refuses, and the code that it becomes. */
  refused: { to: string; errorCode: number };
  /** A recipient who cannot be reached, and the code of the receipt. */
  undelivered: { to: string; errorCode: number };
}

export function connectorSuite(name: string, { start, refused, undelivered }: ConnectorCase): void {
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

    it('has one outcome for each submission, in order, and one id for each part', async () => {
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
      expect(new Set(ids).size).toBe(4);
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

    it('stops before it was ever started', async () => {
      const { connector, close } = await start();
      await close();
      await expect(connector.stop()).resolves.toBeUndefined();
    });
  });
}
