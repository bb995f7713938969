/** What the door shows of connectors and their PDUs: put together here, because it knows bytes and settings. */
import type { ConnectorSetting } from './config-connectors.ts';
import type { Connector } from './connectors/connector.ts';
import type { PduRecord } from './domain/pdu-trace.ts';
import type { PausedConnectors } from './engine/paused-connectors.ts';
import type { ConnectorRoom, PduShown } from './http/admin/connector-shapes.ts';
import type { Store } from './store/store.ts';
import { bareOctets } from './wire/smpp/bare.ts';
import { connectionsOf, pcapOf } from './wire/smpp/pcap.ts';
import { decode } from './wire/smpp/pdu.ts';
import { showPdu } from './wire/smpp/show.ts';

export interface ConnectorRoomParts {
  store: Pick<Store, 'pdus'>;
  connectors: readonly Connector[];
  paused: PausedConnectors;
  settings: readonly ConnectorSetting[];
  /** Whose machine it is. */
  operatorSid: string;
}

export function makeConnectorRoom({
  store,
  connectors,
  paused,
  settings,
  operatorSid,
}: ConnectorRoomParts): ConnectorRoom {
  return {
    operatorSid,
    list: () =>
      connectors.map((connector) => {
        const its = settings.find(({ name }) => name === connector.name);
        const smpp = its && 'smpp' in its ? its.smpp : null;
        return {
          name: connector.name,
          kind: its?.kind ?? 'own',
          bound: connector.isBound ?? null,
          paused: paused.of(connector.name),
          smpp: smpp && {
            peer: `${smpp.host}:${smpp.port}`,
            tls: smpp.tls !== null,
            systemId: smpp.systemId,
            bind: smpp.bindMode,
            binds: smpp.binds,
            window: smpp.window,
            ratePerSecond: smpp.ratePerSecond,
            trace: smpp.trace,
          },
        };
      }),
    pause: (name, reason) => paused.pause(name, reason),
    resume: (name) => paused.resume(name),
    async pdus(query) {
      const found = await store.pdus(query);
      return found.map((record) => shown(query.message ? record : forOperator(record, operatorSid)));
    },
    pcap: (pdus) => pcapOf(connectionsOf(pdus)),
  };
}

function shown(record: PduRecord): PduShown {
  const octets = Buffer.from(record.octets, 'base64');
  return { ...record, octets, ...showPdu(octets) };
}

/** Texts and numbers of other accounts are theirs. */
function forOperator(record: PduRecord, operatorSid: string): PduRecord {
  if (record.message === null || record.message.accountSid === operatorSid) return record;
  const octets = Buffer.from(record.octets, 'base64');
  const decoded = decode(octets);
  const bare = decoded.ok ? bareOctets(decoded.pdu, octets) : octets.subarray(0, 0);
  return { ...record, octets: bare.toString('base64') };
}
