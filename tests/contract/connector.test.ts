import { SimulatedConnector } from '../../src/connectors/simulated.ts';
import { realClock } from '../../src/domain/clock.ts';
import { SimulatedCarrier } from '../../src/simulator/carrier.ts';
import { OURS, SECRETS, startCloudRig } from '../helpers/cloud.ts';
import { startHttpRig } from '../helpers/http-carrier.ts';
import { PASSWORD, RecordingEar, startRig } from '../helpers/smpp.ts';
import { connectorSuite, type ReceiptHabit } from './connector.suite.ts';

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
  idsOfLong: 3,
  habits: ['once'],
});

connectorSuite('SMPP', {
  async start(habit = 'once') {
    const rig = await startRig({
      script: {
        submit: ({ destinationAddr }) => {
          if (`+${destinationAddr}` === REFUSED) return { commandStatus: 0x65 };
          if (`+${destinationAddr}` === LOST) return { receipts: [{ stat: 'UNDELIV', err: '027' }] };
          if (habit === 'early') return { receipts: [{ overtakes: true }] };
          return habit === 'twice' ? { receipts: [{}, {}] } : {};
        },
      },
    });
    const delivery = { sourceAddrTon: 1, sourceAddr: '12025550101', destAddrTon: 1, destinationAddr: '12025550100' };
    const shortMessage = Buffer.from('Hi');
    return {
      ...rig,
      bring: async () => (await rig.smsc.deliver({ ...delivery, shortMessage })) === 0,
      told: () => rig.notices,
      secrets: [PASSWORD],
    };
  },
  refused: { to: REFUSED, errorCode: 30007 },
  undelivered: { to: LOST, errorCode: 30003 },
  idsOfLong: 3,
  habits: ['once', 'early', 'twice'],
});

connectorSuite('WhatsApp', {
  async start(habit = 'once') {
    const rig = await startCloudRig({
      cloud: {
        plan({ to }) {
          if (`whatsapp:+${to}` === `whatsapp:${REFUSED}`) return { refuse: { status: 400, code: 131026 } };
          if (`+${to}` === LOST) return { statuses: ['failed'], error: 131049 };
          return {
            overtakes: habit === 'early',
            statuses: habit === 'twice' ? ['delivered', 'delivered'] : ['delivered'],
          };
        },
      },
    });
    const message = { from: '12025550101', id: 'wamid.in', type: 'text', text: { body: 'Hi' } };
    return {
      ...rig,
      bring: async () => (await rig.cloud.call(rig.cloud.news(OURS, { messages: [message] }))) === 200,
      told: () => rig.notices,
      secrets: Object.values(SECRETS),
    };
  },
  common: { from: `whatsapp:${OURS}`, to: 'whatsapp:+12025550101' },
  refused: { to: `whatsapp:${REFUSED}`, errorCode: 63024 },
  undelivered: { to: `whatsapp:${LOST}`, errorCode: 63049 },
  idsOfLong: 1,
  habits: ['once', 'early', 'twice'],
});

connectorSuite('HTTP', {
  async start(habit: ReceiptHabit = 'once') {
    const secrets = ['bearer-0815', 'webhook-4711'];
    const rig = await startHttpRig((origin) => ({
      url: `${origin}/send`,
      auth: 'bearer',
      password: 'bearer-0815',
      content_type: 'json',
      body: '{"to": "{to}", "text": "{text}", "callback": "{receipt_url}"}',
      id: ['id'],
      error: ['code'],
      errors: ['17=30007'],
      check: 'secret',
      check_header: 'X-Secret',
      check_secret: 'webhook-4711',
      receipt_id: ['id'],
      receipt_state: ['state'],
      receipt_states: ['DELIVRD=delivered', 'UNDELIV=undelivered'],
      receipt_error: ['error'],
      receipt_errors: ['27=30003'],
      receipt_done: ['done'],
      inbound_from: ['from'],
      inbound_to: ['to'],
      inbound_text: ['text'],
      inbound_id: ['id'],
    }));
    let last = 0;
    const post = async (url: string, body: object) => {
      const headers = { 'x-secret': 'webhook-4711', 'content-type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status === 200;
    };
    const report = async (url: string, body: object) => {
      while (!(await post(url, body))) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    rig.carrier.reply = async ({ body }) => {
      const { to, callback } = JSON.parse(body);
      if (to === REFUSED) return { status: 400, body: '{"code": 17}' };
      last += 1;
      const id = `id-${last}`;
      const receipt = {
        id,
        done: '2611212200',
        ...(to === LOST ? { state: 'UNDELIV', error: 27 } : { state: 'DELIVRD' }),
      };
      if (habit === 'early') await report(callback, receipt);
      else setTimeout(() => void report(callback, receipt).catch(() => undefined), 2);
      if (habit === 'twice') setTimeout(() => void report(callback, receipt).catch(() => undefined), 4);
      return { body: JSON.stringify({ id }) };
    };
    const said = { id: 'in-1', from: '+12025550101', to: '+12025550100', text: 'Hi' };
    return { ...rig, bring: () => post(`${rig.door.url}/inbound`, said), told: () => rig.notices, secrets };
  },
  refused: { to: REFUSED, errorCode: 30007 },
  undelivered: { to: LOST, errorCode: 30003 },
  idsOfLong: 1,
  habits: ['once', 'early', 'twice'],
});
