import type { Connector, Ear, Heard, Outcome, Submission } from '../../src/connectors/connector.ts';

/** A carrier that takes everything at once, and into whose ear a test can speak. */
export class TalkingCarrier implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys = true;
  readonly shared = true;
  readonly taken: Submission[] = [];
  #ear: Ear | null = null;
  #ids = 0;

  constructor(name = 'simulated') {
    this.name = name;
  }

  async start(ear: Ear): Promise<void> {
    this.#ear = ear;
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    this.taken.push(...batch);
    return batch.map(({ messageSid, parts }) => ({
      kind: 'accepted',
      carrierIds: parts.map((_, index) => `${messageSid}-${index}`),
    }));
  }

  async stop(): Promise<void> {
    this.#ear = null;
  }

  /** Somebody texts; resolves when it is committed. Answers the carrier's id. */
  async hear(from: string, to: string, body: string, more: Partial<Heard> = {}): Promise<string> {
    if (!this.#ear) throw new Error('Nobody listens');
    this.#ids += 1;
    const carrierId = `in-${this.#ids}`;
    const content = { kind: 'text', body, numSegments: 1 } as const;
    await this.#ear.inbound([
      { connector: this.name, carrierId, from, to, content, media: [], channel: null, ...more },
    ]);
    return carrierId;
  }
}
