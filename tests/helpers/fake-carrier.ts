import type { CarriedChannel, Connector, Ear, Outcome, Submission } from '../../src/connectors/connector.ts';
import type { Clock } from '../../src/domain/clock.ts';

/** A carrier with a connection that a test can cut, and answers that it can say. */
export class FakeCarrier implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys = false;
  readonly shared = true;
  readonly carries?: readonly CarriedChannel[];
  /** What was taken, with the instant by the server's clock. */
  readonly taken: (Submission & { at: number })[] = [];
  answer: (submission: Submission) => Outcome | null = () => null;
  #isBound = true;
  #ear: Ear | null = null;
  readonly #clock: Clock;

  constructor(name: string, clock: Clock, carries?: readonly CarriedChannel[]) {
    this.name = name;
    this.#clock = clock;
    if (carries) this.carries = carries;
  }

  get isBound(): boolean {
    return this.#isBound;
  }

  bind(isBound: boolean): void {
    this.#isBound = isBound;
    if (isBound) this.#ear?.bound?.();
  }

  async start(ear: Ear): Promise<void> {
    this.#ear = ear;
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    return batch.map((submission) => {
      if (!this.#isBound) return { kind: 'unreachable', note: 'not bound' };
      const said = this.answer(submission);
      if (said) return said;
      this.taken.push({ ...submission, at: this.#clock.now() });
      return { kind: 'accepted', carrierIds: submission.parts.map((_, index) => `${submission.messageSid}-${index}`) };
    });
  }

  async stop(): Promise<void> {
    this.#ear = null;
  }

  get bodies(): string[] {
    return this.taken.map(({ parts }) => parts.join(''));
  }
}
