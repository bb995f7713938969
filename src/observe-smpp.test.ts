import { expect, it } from 'vitest';
import { makeMetrics } from './observe.ts';
import { StoreUnavailable } from './store/store.ts';

it('PDUs, receipts, unknown codes and what could not be kept are counted by connector', async () => {
  const { observe, text } = makeMetrics('pidge');
  const counted = {
    pdus: [{ command: 'submit_sm_resp', status: '0x00000401', count: 2 }],
    receipts: [{ state: 'UNDELIV', err: '027', count: 3 }],
    unknown: [{ what: 'status' as const, count: 2 }],
  };
  for (const dropped of [0, 5]) observe({ type: 'connector.pdus', at: 0, connector: 'acme', ...counted, dropped });
  const shown = await text({ stats: () => Promise.reject(new StoreUnavailable('it does not matter here')) });
  for (const line of [
    'pidge_smpp_pdus_total{connector="acme",command="submit_sm_resp",status="0x00000401"} 4',
    'pidge_smpp_receipts_total{connector="acme",state="UNDELIV",err="027"} 6',
    'pidge_smpp_unknown_codes_total{connector="acme",what="status"} 4',
    'pidge_smpp_pdus_dropped_total{connector="acme"} 5',
  ]) {
    expect(shown).toContain(line);
  }
});
