/** Every kind of connector and how one is made. A new carrier is a folder beside this file and a line in here. */
import type { SimulatedNetwork } from '../domain/phone.ts';
import type { Connector } from './connector.ts';
import { SimulatedConnector } from './simulated.ts';

/** What the house has for connectors to use. */
export interface ConnectorParts {
  name: string;
  simulatedCarrier: SimulatedNetwork;
}

export const CONNECTOR_KINDS = {
  simulated: (parts) => new SimulatedConnector({ name: parts.name, carrier: parts.simulatedCarrier }),
} satisfies Record<string, (parts: ConnectorParts) => Connector>;

export type ConnectorKind = keyof typeof CONNECTOR_KINDS;
