/** The frames of one account (or of the connectors), the last ones kept for readers that come back. */
import { LiveChanges } from './live-changes.ts';

/** Together some half a minute of the busiest traffic. */
const MOST_FRAMES = 150;
const MOST_CHARACTERS = 4_000_000;

export interface Frame {
  number: number;
  text: string;
}

export class LiveChannel {
  /** Nothing is missing since this frame. */
  #wholeSince: number;
  #frames: Frame[] = [];
  #characters = 0;
  #pending: LiveChanges | null = null;
  /** Monotonic; `null`: somebody reads it. */
  leftAt: number | null = null;

  constructor(now: number) {
    this.#wholeSince = now;
  }

  /** What comes with the next frame. */
  get pending(): LiveChanges {
    this.#pending ??= new LiveChanges();
    return this.#pending;
  }

  get hasNews(): boolean {
    return this.#pending !== null;
  }

  /** Makes a frame of what is pending. */
  frame(id: string, number: number, at: number): Frame {
    const frame = { number, text: `id: ${id}\nevent: changes\ndata: ${this.pending.render(at)}\n\n` };
    this.#pending = null;
    this.#frames.push(frame);
    this.#characters += frame.text.length;
    while (this.#frames.length > MOST_FRAMES || this.#characters > MOST_CHARACTERS) {
      const oldest = this.#frames.shift();
      if (!oldest) break;
      this.#characters -= oldest.text.length;
      this.#wholeSince = oldest.number;
    }
    return frame;
  }

  /** What came after a frame; `null`: some of it is not there any more. */
  since(number: number): Frame[] | null {
    return number < this.#wholeSince ? null : this.#frames.filter((frame) => frame.number > number);
  }
}
