/** Every kind of connector and how one is made. A new carrier is a folder beside this file and a line in here. */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { TracedPdu } from '../domain/pdu-trace.ts';
import type { SimulatedNetwork } from '../domain/phone.ts';
import type { Outgoing } from '../net/outgoing.ts';
import type { Connector } from './connector.ts';
import { HttpConnector } from './http-carrier/connector.ts';
import type { HttpMapping } from './http-carrier/mapping.ts';
import { SimulatedConnector } from './simulated.ts';
import { SmppConnector } from './smpp/connector.ts';
import type { SmppSettings } from './smpp/settings.ts';
import { WhatsAppConnector } from './whatsapp/connector.ts';
import type { WhatsAppSettings } from './whatsapp/settings.ts';

/** What the house has for connectors to use. */
export interface ConnectorParts {
  name: string;
  simulatedCarrier: SimulatedNetwork;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  observe: Observer;
  /** To the carriers' own addresses, which the operator wrote. */
  carrierHttp: Outgoing;
  /** To addresses that others wrote, behind the fence. */
  outgoing: Outgoing;
  /** Where carriers reach this server; no slash at its end. Known once it listens. */
  ownUrl: () => string;
  /** Where PDUs are kept. */
  keepPdu: (pdu: TracedPdu) => void;
  /** Of kind `smpp`. */
  smpp?: SmppSettings;
  /** Of kind `whatsapp`. */
  whatsapp?: WhatsAppSettings;
  /** Of kind `http`. */
  http?: HttpMapping;
}

export const CONNECTOR_KINDS = {
  simulated: (parts: Pick<ConnectorParts, 'name' | 'simulatedCarrier'>) =>
    new SimulatedConnector({ name: parts.name, carrier: parts.simulatedCarrier }),
  smpp: ({ name, smpp: settings, clock, random, observe, keepPdu: keep }: ConnectorParts) => {
    if (!settings) throw new Error(`The connector ${name} has no settings of SMPP`);
    return new SmppConnector({
      name,
      settings,
      clock,
      random,
      trace: {
        keep,
        tell: (counted) => observe({ type: 'connector.pdus', at: clock.now(), connector: name, ...counted }),
      },
      notice: ({ state, ...rest }) =>
        observe({ type: 'connector.bind', at: clock.now(), connector: name, state, ...rest }),
    });
  },
  whatsapp: ({ name, whatsapp: settings, clock, carrierHttp: outgoing, observe }: ConnectorParts) => {
    if (!settings) throw new Error(`The connector ${name} has no settings of WhatsApp`);
    const notice = noticeOf(name, clock, observe);
    return new WhatsAppConnector({ name, settings, clock, outgoing, notice });
  },
  http: ({ name, http: mapping, clock, carrierHttp, outgoing: fenced, ownUrl, observe }: ConnectorParts) => {
    if (!mapping) throw new Error(`The connector ${name} has no mapping`);
    const notice = noticeOf(name, clock, observe);
    return new HttpConnector({ name, mapping, clock, outgoing: carrierHttp, fenced, ownUrl, notice });
  },
} satisfies Record<string, (parts: ConnectorParts) => Connector>;

/** Connections nobody keeps have no bind: what is odd or refused is the connector's own. */
function noticeOf(connector: string, clock: Clock, observe: Observer) {
  return (notice: { state: 'odd' | 'lost'; why: string; alarm?: boolean }) =>
    observe({ type: 'connector.bind', at: clock.now(), connector, bind: connector, ...notice });
}
