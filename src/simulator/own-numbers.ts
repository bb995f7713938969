/**
 * Numbers of the server's own accounts on the simulated network. What reaches one comes back as a message that came in,
 * as from any carrier: an app that texts another app of the same server hears of both.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Saying } from '../domain/phone-talk.ts';

/** What has arrived, and how its files are read. */
export interface Arrived {
  from: string;
  to: string;
  body: string;
  files: { contentType: string; read: () => Promise<Uint8Array> }[];
}

export interface OwnNumbersParts {
  clock: Clock;
  observe: Observer;
  /** Which of these addresses somebody here sends from. */
  oursOf: (addresses: string[]) => Promise<ReadonlySet<string>>;
  say: (saying: Saying) => void;
  /** Whether somebody hears what is said; when nobody does, nobody is asked again either. */
  isHeard: () => boolean;
}

/** When nobody could be asked whose they are. */
const RETRY_MS = 1_000;

export class OwnNumbers {
  readonly #parts: OwnNumbersParts;
  /** One after another, so that a text does not overtake a picture that was sent before it. */
  #line: Promise<void> = Promise.resolve();

  constructor(parts: OwnNumbersParts) {
    this.#parts = parts;
  }

  /** Brings back what of it reached one of ours. */
  reached(arrived: Arrived[]): void {
    this.#line = this.#line.then(() => this.#bringBack(arrived));
  }

  async #bringBack(arrived: Arrived[]): Promise<void> {
    const ours = await this.#oursOf([...new Set(arrived.map(({ to }) => to))]);
    for (const { from, to, body, files } of arrived) {
      if (!ours.has(to)) continue;
      const media = await Promise.all(files.map((file) => this.#bytesOf(file)));
      this.#parts.say({ from, to, body, media: media.flatMap((medium) => medium ?? []), channel: null });
    }
  }

  async #oursOf(addresses: string[]): Promise<ReadonlySet<string>> {
    for (;;) {
      try {
        return await this.#parts.oursOf(addresses);
      } catch (error) {
        this.#fault(error);
        if (!this.#parts.isHeard()) return new Set();
        await new Promise<void>((resolve) => void this.#parts.clock.after(RETRY_MS, resolve));
      }
    }
  }

  /** `null`: gone meanwhile, and the rest arrives without it. */
  async #bytesOf({ contentType, read }: Arrived['files'][number]) {
    try {
      return { contentType, bytes: await read() };
    } catch (error) {
      this.#fault(error);
      return null;
    }
  }

  #fault(error: unknown): void {
    this.#parts.observe({ type: 'fault', at: this.#parts.clock.now(), where: 'texts to numbers of ours', error });
  }
}
