/** A carrier and a connector that nothing is done to, beside those that something is done to: they must not notice. */
import type { Outcome } from '../../src/connectors/connector.ts';
import { type SmppRig, startRig, submission } from '../helpers/smpp.ts';

const EVERY_MS = 20;

/** What became of a steady load. */
export interface WellBeing {
  sent: number;
  /** Not taken at the first attempt. */
  troubled: number;
  receipts: number;
  binds: number;
  longestMs: number;
}

/** Fifty messages a second until it is asked how it was. */
export class WellCarrier {
  readonly #rig: SmppRig;
  readonly #timer: NodeJS.Timeout;
  readonly #under = new Set<Promise<void>>();
  readonly #was: WellBeing = { sent: 0, troubled: 0, receipts: 0, binds: 0, longestMs: 0 };

  private constructor(rig: SmppRig) {
    this.#rig = rig;
    this.#timer = setInterval(() => this.#send(), EVERY_MS);
  }

  static async start(): Promise<WellCarrier> {
    // Its times are those of a carrier in earnest: it must not stumble over a machine that stands still for a moment.
    const patient = { enquireMs: 10_000, bindTimeoutMs: 10_000, responseMs: 20_000, queueMs: 20_000 };
    return new WellCarrier(await startRig({ settings: patient }));
  }

  async stop(): Promise<WellBeing> {
    clearInterval(this.#timer);
    await Promise.all(this.#under);
    const limit = performance.now() + 10_000;
    while (this.#rig.ear.receiptsHeard.length < this.#was.sent && performance.now() < limit) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#was.receipts = this.#rig.ear.receiptsHeard.length;
    this.#was.binds = this.#rig.smsc.binds;
    await this.#rig.close();
    return this.#was;
  }

  #send(): void {
    this.#was.sent += 1;
    const from = performance.now();
    const sending = this.#rig.connector.send([submission(`WELL${this.#was.sent}`)]).then(([outcome]: Outcome[]) => {
      this.#was.longestMs = Math.max(this.#was.longestMs, performance.now() - from);
      if (outcome?.kind !== 'accepted') this.#was.troubled += 1;
    });
    this.#under.add(sending);
    void sending.then(() => this.#under.delete(sending));
  }
}
