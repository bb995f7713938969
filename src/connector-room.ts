/** What the door shows of connectors and their PDUs: put together here, because it knows bytes and settings. */
import type { ConnectorSetting } from './config-connectors.ts';
import type { ConnectorBook } from './connector-book.ts';
import type { Connector } from './connectors/connector.ts';
import { climb } from './connectors/staircase/climb.ts';
import type { StaircaseOptions } from './connectors/staircase/ground.ts';
import type { PduRecord } from './domain/pdu-trace.ts';
import { mayText, recipientOf, type Safety } from './domain/safety.ts';
import type { TestStep } from './domain/test-step.ts';
import type { PausedConnectors } from './engine/paused-connectors.ts';
import type { Router } from './engine/router.ts';
import type { ConnectorFigures, ConnectorRoom, PduShown, StatusShare } from './http/admin/connector-shapes.ts';
import type { Store } from './store/store.ts';
import { bareOctets } from './wire/smpp/bare.ts';
import { connectionsOf, pcapOf } from './wire/smpp/pcap.ts';
import { decode } from './wire/smpp/pdu.ts';
import { showPdu } from './wire/smpp/show.ts';
import { statusWords } from './wire/smpp/status-words.ts';

/** How long a test waits for the receipt of its message. */
const RECEIPT_MS = 30_000;
/** What becomes of a hand-over, where carriers have no common statuses. */
const OUTCOMES: Record<string, string> = {
  accepted: 'The carrier has it.',
  refused: 'The message fails, or goes by the next route where the fault is this one’s.',
  busy: 'It goes again later, for as long as it is valid.',
  unreachable: 'Nobody was there and nothing was sent: it goes again later, or by the next route.',
  unsure: 'No answer came, so the carrier may have it: connectors.in_doubt says what follows.',
};

export interface ConnectorRoomParts {
  store: Pick<Store, 'pdus' | 'stats'>;
  connectors: readonly Connector[];
  paused: PausedConnectors;
  router: Pick<Router, 'waysOf'>;
  settings: readonly ConnectorSetting[];
  safety: Safety;
  /** `null`: nothing is measured. */
  book: ConnectorBook | null;
  /** Whose machine it is. */
  operatorSid: string;
  /** Where this server is called from outside. */
  ownUrl: () => string;
}

export function makeConnectorRoom({
  store,
  connectors,
  paused,
  router,
  settings,
  safety,
  book,
  operatorSid,
  ownUrl,
}: ConnectorRoomParts): ConnectorRoom {
  const testing = new Set<string>();
  const settingOf = (name: string) => settings.find((one) => one.name === name);
  return {
    operatorSid,
    list: () =>
      connectors.map((connector) => {
        const its = settingOf(connector.name);
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
    waysOf: (message) => router.waysOf(message),
    async figures(name) {
      const connector = connectors.find((one) => one.name === name);
      if (book === null || connector === undefined) return null;
      // Of several nobody counts what waits for each.
      const stats = connectors.length === 1 ? await store.stats().catch(() => null) : null;
      return figuresOf(book, connector, settingOf(name)?.kind === 'smpp', stats?.sendsDue ?? null);
    },
    async *test(name, message) {
      testing.add(name);
      try {
        const elsewhere: StaircaseOptions['elsewhere'] =
          book === null ? undefined : (heard) => book.listen(name, heard);
        yield* stepsOf(settingOf(name), { ...message, ownUrl, waitMs: RECEIPT_MS, elsewhere });
      } finally {
        testing.delete(name);
      }
    },
    isTesting: (name) => testing.has(name),
    recipientOf(name, to) {
      if (settingOf(name)?.kind === 'simulated') return to;
      return mayText(safety, to) ? recipientOf(safety, to) : null;
    },
    pause: (name, reason) => paused.pause(name, reason),
    resume: (name) => paused.resume(name),
    async pdus(query) {
      const found = await store.pdus(query);
      return found.map((record) => shown(query.message ? record : forOperator(record, operatorSid)));
    },
    pcap: (pdus) => pcapOf(connectionsOf(pdus)),
  };
}

/** A connector that is in no settings was made by a test, and there is nothing to climb to. */
async function* stepsOf(setting: ConnectorSetting | undefined, options: StaircaseOptions): AsyncGenerator<TestStep> {
  if (setting) yield* climb(setting, options);
}

function figuresOf(book: ConnectorBook, connector: Connector, isSmpp: boolean, queue: number | null): ConnectorFigures {
  const { statuses, ...figures } = book.of(connector.name);
  const shares = [...statuses].map(([name, count]): StatusShare => {
    if (isSmpp) return { name, count, ...statusWords(name) };
    return { name, count, code: null, text: '', follows: OUTCOMES[name] ?? '', errorCode: null };
  });
  shares.sort((one, other) => other.count - one.count);
  return { queue, inHand: connector.waiting ?? null, statuses: shares, ...figures };
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
