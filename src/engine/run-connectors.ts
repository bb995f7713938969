/**
 * Keeps the connectors running that are this node's to run, and no others. What is wanted may change while one is
 * still starting or stopping: each connector makes its moves one after another, the last word wins.
 */
import type { Connector, Ear } from '../connectors/connector.ts';
import type { Store } from '../store/store.ts';

export interface ConnectorRunnerParts {
  store: Pick<Store, 'awaitedParts'>;
  connectors: Connector[];
  ear: Ear;
  /** Told when one has started: what waited for it may go. */
  onUp: () => void;
}

export interface ConnectorRunner {
  /** These are to run, and no others. Resolves when it is so; rejects when one refuses, and asking again tries again. */
  run(names: readonly string[]): Promise<void>;
  isUp(name: string): boolean;
}

interface Runner {
  connector: Connector;
  isWanted: boolean;
  /** Started, and not about to stop. */
  isUp: boolean;
  isStarted: boolean;
  moving: Promise<void>;
}

/** Receipts a carrier of our own is asked for again after a start; what is older keeps the status it has. */
const MOST_RESUMED = 100_000;

export function makeConnectorRunner({ store, connectors, ear, onUp }: ConnectorRunnerParts): ConnectorRunner {
  const runners = new Map<string, Runner>(
    connectors.map((connector) => [
      connector.name,
      { connector, isWanted: false, isUp: false, isStarted: false, moving: Promise.resolve() },
    ]),
  );

  async function move(runner: Runner): Promise<void> {
    const { connector } = runner;
    if (runner.isWanted === runner.isStarted) {
      runner.isUp = runner.isStarted;
      return;
    }
    if (!runner.isWanted) {
      runner.isStarted = false;
      await connector.stop();
      return;
    }
    try {
      await connector.start(ear);
      await connector.resume?.(await store.awaitedParts(connector.name, MOST_RESUMED));
    } catch (error) {
      // Half a start would be in the way of the next one.
      await connector.stop();
      throw error;
    }
    runner.isStarted = true;
    runner.isUp = runner.isWanted;
    if (runner.isUp) onUp();
  }

  return {
    async run(names) {
      const moves: Promise<void>[] = [];
      for (const runner of runners.values()) {
        runner.isWanted = names.includes(runner.connector.name);
        if (!runner.isWanted) runner.isUp = false;
        const moved = runner.moving.then(() => move(runner));
        runner.moving = moved.catch(() => undefined);
        moves.push(moved);
      }
      await Promise.all(moves);
    },
    isUp: (name) => runners.get(name)?.isUp === true,
  };
}
