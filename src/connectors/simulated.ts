/** The connector of the simulated carrier: translates, nothing more. Its codes are ours already. */
import type { AwaitedCarriage, Carriage, CarriageAnswer, CarriageReceipt, SimulatedNetwork } from '../domain/phone.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Connector, Ear, Outcome, Submission } from './connector.ts';

export interface SimulatedParts {
  /** `simulated` unless told otherwise. */
  name?: string;
  carrier: SimulatedNetwork;
}

export class SimulatedConnector implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys = true;
  readonly #carrier: SimulatedNetwork;
  #hangUp: (() => Promise<void>) | null = null;

  constructor(parts: SimulatedParts) {
    this.name = parts.name ?? 'simulated';
    this.#carrier = parts.carrier;
  }

  async start(ear: Ear): Promise<void> {
    this.#hangUp = this.#carrier.listen((batch) => ear.receipts(batch.map((one) => this.#translate(one))));
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    const answers = await this.#carrier.submit(batch.map(carriageOf));
    return answers.map(outcomeOf);
  }

  /** A simulated carrier forgets with its process: hands it the parts that still await a receipt (`awaitedParts`). */
  resume(awaited: AwaitedCarriage[]): void {
    this.#carrier.resume(awaited);
  }

  /** Resolves when no receipt is under way; what is due later waits for the next start. */
  async stop(): Promise<void> {
    await this.#hangUp?.();
    this.#hangUp = null;
  }

  #translate(one: CarriageReceipt): Receipt {
    return {
      connector: this.name,
      carrierId: one.id,
      state: one.state,
      ...(one.code !== undefined && { errorCode: one.code }),
      doneDate: doneDateOf(one.at),
    };
  }
}

function carriageOf(one: Submission): Carriage {
  return { key: one.idempotencyKey, sid: one.messageSid, from: one.from, to: one.to, parts: one.parts };
}

function outcomeOf(answer: CarriageAnswer): Outcome {
  return answer.kind === 'taken'
    ? { kind: 'accepted', carrierIds: answer.ids }
    : { kind: 'refused', errorCode: answer.code };
}

/** `YYMMDDhhmm` in UTC, the form of SMPP receipts. */
function doneDateOf(at: number): string {
  return new Date(at).toISOString().slice(2, 16).replaceAll(/[-T:]/g, '');
}
