/** Receipts: what connectors hear is applied in one commit; only then does the promise, and so the carrier, get its answer. */
import type { Ear } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { Store } from '../store/store.ts';
import type { Overtaken } from './overtaken.ts';

export interface ReceiptsParts {
  store: Store;
  clock: Clock;
  observe: Observer;
  faults: Faults;
  /** Told after a commit that may have made a callback due. */
  ringCallbacks: () => void;
  /** Told of what is parked. */
  overtaken?: Pick<Overtaken, 'note'>;
}

export function makeReceipts(parts: ReceiptsParts): Pick<Ear, 'receipts'> {
  const { store, clock, observe } = parts;
  return {
    async receipts(batch) {
      parts.faults.at('receipt.before-receive');
      const now = clock.now();
      const results = await store.receive(batch, now);
      parts.faults.at('receipt.after-receive');
      results.forEach((result, index) => {
        const receipt = batch[index];
        if (!receipt) return;
        if (result.kind === 'parked') {
          parts.overtaken?.note(receipt);
          observe({ type: 'receipt.unmatched', at: now, connector: receipt.connector, carrierId: receipt.carrierId });
        } else if (result.kind === 'applied' && result.message) {
          const { sid, accountSid, status, errorCode, createdAt } = result.message;
          observe({
            type: 'message.status',
            at: now,
            sid,
            accountSid,
            status,
            errorCode: errorCode ?? undefined,
            createdAt,
          });
        }
      });
      parts.ringCallbacks();
    },
  };
}
