/** Every kind of connector and how one is made. A new carrier is a folder beside this file and a line in here. */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { SimulatedNetwork } from '../domain/phone.ts';
import type { Connector } from './connector.ts';
import { SimulatedConnector } from './simulated.ts';
import { SmppConnector } from './smpp/connector.ts';
import type { SmppSettings } from './smpp/settings.ts';

/** What the house has for connectors to use. */
export interface ConnectorParts {
  name: string;
  simulatedCarrier: SimulatedNetwork;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  observe: Observer;
  /** Of kind `smpp`. */
  smpp?: SmppSettings;
}

export const CONNECTOR_KINDS = {
  simulated: (parts: Pick<ConnectorParts, 'name' | 'simulatedCarrier'>) =>
    new SimulatedConnector({ name: parts.name, carrier: parts.simulatedCarrier }),
  smpp: ({ name, smpp: settings, clock, random, observe }: ConnectorParts) => {
    if (!settings) throw new Error(`The connector ${name} has no settings of SMPP`);
    return new SmppConnector({
      name,
      settings,
      clock,
      random,
      notice: ({ state, ...rest }) =>
        observe({ type: 'connector.bind', at: clock.now(), connector: name, state, ...rest }),
    });
  },
} satisfies Record<string, (parts: ConnectorParts) => Connector>;
