/** The connector of the simulated carrier: translates, nothing more. Its codes are ours already. */
import type { AwaitedCarriage, Carriage, CarriageAnswer, CarriageReceipt, SimulatedNetwork } from '../domain/phone.ts';
import type { Said } from '../domain/phone-talk.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Connector, Ear, Heard, Outcome, Submission } from './connector.ts';

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
    this.#hangUp = this.#carrier.listen(
      (batch) => ear.receipts(batch.map((one) => this.#translate(one))),
      (batch) => ear.inbound(batch.map((one) => this.#heard(one))),
    );
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    const answers = await this.#carrier.submit(batch.map(carriageOf));
    return answers.map(outcomeOf);
  }

  async reachesByRcs(_from: string, to: string): Promise<boolean> {
    return this.#carrier.hasRcs(to);
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

  #heard({ id, media, ...rest }: Said): Heard {
    return {
      connector: this.name,
      carrierId: id,
      media: media.map(({ contentType, bytes }) => ({ contentType, read: async () => bytes })),
      ...rest,
    };
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
  return {
    key: one.idempotencyKey,
    sid: one.messageSid,
    from: one.from,
    to: one.to,
    parts: one.parts,
    media: one.media.map(({ contentType, url, read }) => ({ contentType, url, read })),
    ...(one.actions.length > 0 && { actions: one.actions }),
    ...(one.buttons && { buttons: one.buttons }),
    ...(one.content?.card && { card: one.content.card }),
    ...(one.receipt === false && { receipt: false }),
  };
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
