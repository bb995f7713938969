/** What goes over the binds of customers' own SMPP clients is kept as what goes to carriers is. */
import { afterEach, expect, it } from 'vitest';
import type { TraceMode } from '../../src/domain/pdu-trace.ts';
import { Client } from '../helpers/client.ts';
import { Esme } from '../helpers/esme.ts';
import { startEsmePidge } from '../helpers/esme-pidge.ts';
import type { TestPidge } from '../helpers/pidge.ts';

interface Shown {
  direction: 'in' | 'out';
  command: string;
  status: { name: string } | null;
  message_sid: string | null;
  fields: Record<string, unknown>;
  hex: string;
}

let pidge: TestPidge;
let client: Client;
let port: number;
const open: Esme[] = [];
afterEach(async () => {
  for (const esme of open.splice(0)) esme.drop();
  await client.close();
  await pidge.close();
});

async function start(trace: TraceMode): Promise<void> {
  ({ pidge, port } = await startEsmePidge({ server: { trace } }));
  client = new Client(pidge.origin, pidge.account);
}
const traceOf = async (name: string): Promise<Shown[]> =>
  (await client.call('GET', `/_admin/v1/connectors/${encodeURIComponent(name)}/pdus?limit=1000`)).json.pdus;
async function traceWith(name: string, command: string): Promise<Shown[]> {
  await pidge.until(async () => (await traceOf(name)).some((pdu) => pdu.command === command));
  return traceOf(name);
}

it('a bind that is refused is kept without its password, one that is well is not', async () => {
  await start('failures');
  const stranger = await Esme.connect(port);
  open.push(stranger);
  expect(await stranger.bind('acme', 'wrong456')).not.toBe(0);
  const kept = await traceWith('smpp:unbound', 'bind_transceiver_resp');
  expect(kept.map(({ direction, command }) => `${direction} ${command}`)).toEqual([
    'in bind_transceiver',
    'out bind_transceiver_resp',
  ]);
  expect(Buffer.from(kept[0]?.hex ?? '', 'hex').toString('latin1')).not.toContain('wrong456');
  open.push(await Esme.bound(port));
  expect(await traceOf('smpp:acme')).toEqual([]);
});

it('with all of it, the bind and what follows are kept under its system_id', async () => {
  await start('all');
  open.push(await Esme.bound(port));
  const kept = await traceWith('smpp:acme', 'bind_transceiver_resp');
  expect(kept).toMatchObject([
    { direction: 'in', command: 'bind_transceiver' },
    { direction: 'out', command: 'bind_transceiver_resp', status: { name: 'ESME_ROK' } },
  ]);
  expect(JSON.stringify(kept)).not.toContain(Buffer.from('secret08').toString('hex'));
});
