import { SimulatedConnector } from '../../src/connectors/simulated.ts';
import { realClock } from '../../src/domain/clock.ts';
import { SimulatedCarrier } from '../../src/simulator/carrier.ts';
import { RecordingEar, startRig } from '../helpers/smpp.ts';
import { connectorSuite } from './connector.suite.ts';

const REFUSED = '+15005530007';
const LOST = '+15005530003';

connectorSuite('simulated', {
  async start() {
    const carrier = new SimulatedCarrier({ clock: realClock, settings: { submitMs: 0, receiptMs: 5 } });
    const connector = new SimulatedConnector({ carrier });
    const ear = new RecordingEar();
    await connector.start(ear);
    return { connector, ear, close: () => connector.stop() };
  },
  refused: { to: '+15005530001', errorCode: 30001 },
  undelivered: { to: LOST, errorCode: 30003 },
});

connectorSuite('SMPP', {
  start: () =>
    startRig({
      script: {
        submit: ({ destinationAddr }) => {
          if (`+${destinationAddr}` === REFUSED) return { commandStatus: 0x65 };
          return `+${destinationAddr}` === LOST ? { receipts: [{ stat: 'UNDELIV', err: '027' }] } : {};
        },
      },
    }),
  refused: { to: REFUSED, errorCode: 30007 },
  undelivered: { to: LOST, errorCode: 30003 },
});
