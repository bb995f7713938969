/**
 * Phones that speak: what they say is brought to whoever listens, as carriers do it. Each message keeps its id however
 * often it has to be brought; the messages of one phone come one after the other.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { bring, type Said, type Saying } from '../domain/phone-talk.ts';
import { cryptoRandom } from '../domain/sid.ts';

export interface TalkParts {
  clock: Clock;
  observe: Observer;
}

type Hear = (batch: Said[]) => Promise<void>;

/** What nobody took is brought again after so long. */
const RETRY_MS = 1_000;
/** In one call of the listener. */
const BATCH = 500;

export class Talk {
  readonly #clock: Clock;
  readonly #observe: Observer;
  /** Of this process: ids are known to listeners for days. */
  readonly #life: string;
  #count = 0;
  /** By phone, in order. A phone that is under way waits. */
  readonly #waiting = new Map<string, Said[]>();
  readonly #underWay = new Set<string>();
  readonly #calls = new Set<Promise<void>>();
  #retries = new Set<() => void>();
  #hear: Hear | null = null;
  #isFlushing = false;

  constructor({ clock, observe }: TalkParts) {
    this.#clock = clock;
    this.#observe = observe;
    const random = Buffer.from(cryptoRandom(4)).toString('hex');
    this.#life = `${clock.now().toString(36)}${random}`;
  }

  /** Answers the ids under which it is brought. */
  say(saying: Saying): string[] {
    const said = bring(saying, this.#count & 0xffff).map((one): Said => {
      this.#count += 1;
      return { ...one, id: `sim-${this.#life}-${this.#count}` };
    });
    const line = this.#waiting.get(saying.from);
    if (line) line.push(...said);
    else this.#waiting.set(saying.from, said);
    this.#ring();
    return said.map(({ id }) => id);
  }

  /** One listener at a time; the function answered hangs up and resolves when what was under way is settled. */
  listen(hear: Hear): () => Promise<void> {
    this.#hear = hear;
    this.#ring();
    return async () => {
      if (this.#hear !== hear) return;
      this.#hear = null;
      for (const end of this.#retries) end();
      await Promise.all(this.#calls);
    };
  }

  /** A microtask later: what is said together comes together. */
  #ring(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const hear = this.#hear;
    if (!hear) return;
    let batch: Said[] = [];
    for (const [phone, line] of this.#waiting) {
      const first = line[0];
      if (!first || this.#underWay.has(phone)) continue;
      this.#underWay.add(phone);
      batch.push(first);
      if (batch.length < BATCH) continue;
      this.#bring(hear, batch);
      batch = [];
    }
    if (batch.length > 0) this.#bring(hear, batch);
  }

  #bring(hear: Hear, batch: Said[]): void {
    const call = this.#call(hear, batch).finally(() => {
      this.#calls.delete(call);
      for (const { from } of batch) this.#underWay.delete(from);
      this.#ring();
    });
    this.#calls.add(call);
  }

  async #call(hear: Hear, batch: Said[]): Promise<void> {
    try {
      await hear(batch);
    } catch (error) {
      this.#observe({ type: 'fault', at: this.#clock.now(), where: 'what simulated phones said', error });
      await this.#pause();
      return;
    }
    for (const { from } of batch) {
      const line = this.#waiting.get(from);
      line?.shift();
      if (line?.length === 0) this.#waiting.delete(from);
    }
  }

  /** Ends early when the listener hangs up. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#retries.delete(end);
        resolve();
      };
      const cancel = this.#clock.after(RETRY_MS, end);
      this.#retries.add(end);
    });
  }
}
