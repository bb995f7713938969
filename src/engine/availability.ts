/** Which connectors are not to be claimed for now, and which have to be carried by others: away, or paused. */
import type { Connector } from '../connectors/connector.ts';
import type { ConnectorHealth } from './connector-health.ts';
import type { PausedConnectors } from './paused-connectors.ts';

export interface AvailabilityParts {
  names: readonly Connector['name'][];
  /** Whether it runs on this node. */
  runs: (connector: string) => boolean;
  health: Pick<ConnectorHealth, 'isResting' | 'isAway'>;
  /** Left out: nobody pauses any. */
  paused?: Pick<PausedConnectors, 'has'>;
  /** Of which nothing is known here but that they are others'. */
  foreign: () => string[];
  /** Whether what waits for it might go another way. */
  hasOthers: (connector: string) => boolean;
}

export interface Availability {
  /** Connectors whose work is to be left alone. */
  except(): string[];
  /** Of those that run here: nobody is there, and nobody else may have what waits for them. */
  resting(): string[];
  /** Of those that run here: others take over from them. */
  away(): string[];
  isAway(connector: string): boolean;
  isPaused(connector: string): boolean;
}

export function makeAvailability(parts: AvailabilityParts): Availability {
  const { names, runs, health, hasOthers } = parts;
  const isPaused = (name: string) => parts.paused?.has(name) ?? false;
  const isAway = (name: string) => isPaused(name) || health.isAway(name);
  const away = () => names.filter((name) => runs(name) && isAway(name) && hasOthers(name));
  const resting = () => {
    const gone = away();
    return names.filter((name) => runs(name) && (isPaused(name) || health.isResting(name)) && !gone.includes(name));
  };
  const except = () => [...new Set([...parts.foreign(), ...names.filter((name) => !runs(name)), ...resting()])];
  return { except, resting, away, isAway, isPaused };
}
