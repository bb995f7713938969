/** One bind for a test: asks, and waits for the answer. What it is not asked for it leaves to the carrier. */

import { realClock } from '../../domain/clock.ts';
import { ESME } from '../../wire/smpp/codes.ts';
import type { Draft, Pdu, PduDraft, PduOf } from '../../wire/smpp/pdu.ts';
import { Connection } from '../smpp/connection.ts';
import type { SmppSettings } from '../smpp/settings.ts';
import { SILENT } from './causes.ts';

export type Delivered = PduOf<'deliver_sm'> | PduOf<'data_sm'>;

export type Reply = { kind: 'pdu'; pdu: Pdu; ms: number } | { kind: 'ended'; why: string };

/** An ask without its sequence. */
type Asked = PduDraft extends infer One ? (One extends PduDraft ? Omit<One, 'sequence'> : never) : never;

export class TestLink {
  readonly #connection: Connection;
  readonly #opened: Promise<void>;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #takes: (pdu: Delivered) => boolean;
  #sequence = 0;
  #endedBy: string | null = null;

  /** `takes`: whether a delivery is what the test waits for. Any other is refused for now, so that none is lost. */
  constructor(settings: SmppSettings, takes: (pdu: Delivered) => boolean) {
    this.#takes = takes;
    let open: () => void = () => undefined;
    this.#opened = new Promise((resolve) => {
      open = resolve;
    });
    this.#connection = new Connection(settings, {
      opened: () => open(),
      pdu: (pdu) => this.#hear(pdu),
      undecodable: () => undefined,
      drained: () => undefined,
      closed: (why) => {
        this.#endedBy = why;
        open();
        for (const tell of this.#waiting.values()) tell({ kind: 'ended', why });
        this.#waiting.clear();
      },
    });
  }

  /** Resolves with the answer, or with why there is none. */
  async ask(asked: Asked, limitMs: number): Promise<Reply> {
    await Promise.race([this.#opened, new Promise<void>((resolve) => realClock.after(limitMs, resolve))]);
    if (this.#endedBy !== null) return { kind: 'ended', why: this.#endedBy };
    this.#sequence += 1;
    const sequence = this.#sequence;
    const startedAt = realClock.monotonic();
    return new Promise((resolve) => {
      const end = (reply: Reply) => {
        cancel();
        this.#waiting.delete(sequence);
        resolve(reply.kind === 'pdu' ? { ...reply, ms: realClock.monotonic() - startedAt } : reply);
      };
      const cancel = realClock.after(limitMs, () => end({ kind: 'ended', why: SILENT }));
      this.#waiting.set(sequence, end);
      if (!this.#connection.write({ ...asked, sequence } as PduDraft)) end({ kind: 'ended', why: 'it fits no PDU' });
    });
  }

  async close(limitMs: number): Promise<void> {
    if (this.#endedBy === null) await this.ask({ command: 'unbind' }, limitMs);
    this.#connection.close('the test is over');
  }

  #hear(pdu: Pdu): void {
    const { sequence } = pdu;
    if (pdu.command === 'deliver_sm' || pdu.command === 'data_sm') {
      const commandStatus = this.#takes(pdu) ? ESME.ESME_ROK : ESME.ESME_RX_T_APPN;
      const command = pdu.command === 'deliver_sm' ? 'deliver_sm_resp' : 'data_sm_resp';
      this.#connection.write({ command, sequence, commandStatus });
      return;
    }
    if (pdu.command === 'enquire_link') {
      this.#connection.write({ command: 'enquire_link_resp', sequence } satisfies Draft<'enquire_link_resp'>);
    } else this.#waiting.get(sequence)?.({ kind: 'pdu', pdu, ms: 0 });
  }
}
