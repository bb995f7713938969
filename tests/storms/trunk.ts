/** The carrier of what comes in, outside the nodes: texts at a steady rate, each repeated until a node has answered it. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** One text on its way to a node; a line of JSON. */
export interface Delivery {
  /** By this a repeated one is known. */
  id: string;
  from: string;
  to: string;
  body: string;
}

/** What a node says to it; not `ok`: to be brought again later. */
export interface Delivered {
  id: string;
  ok: boolean;
}

export interface Flood {
  perSecond: number;
  seconds: number;
  /** The number that is written to; or by the text's own, from 0. */
  to: string | ((index: number) => string);
}

interface Line {
  socket: Socket;
  open: Map<string, Delivery>;
}

/** Deliveries under way on one connection. */
const WINDOW = 500;
/** Within +1 415. */
const FIRST_PHONE = 2_000_000;
const TICK_MS = 10;
const BUSY_MS = 200;
/** A node that says nothing for so long is asked again. */
const UNANSWERED_MS = 10_000;
/** Carriers bring some things twice at once; then the second way is another node's, where there is one. */
const TWICE_EVERY = 50;

export class Trunk {
  /** Answered ones, by the phone they are from. */
  readonly answered = new Set<string>();
  made = 0;
  /** Brought again, and why. */
  readonly repeats = { broken: 0, refused: 0, unanswered: 0, twice: 0 };
  longestWaiting = 0;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #waiting: Delivery[] = [];
  #turn = 0;

  constructor() {
    this.#server = createServer((socket) => this.#join(socket));
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Every text from a phone of its own; resolves when the last one was made, answered or not. */
  async flood({ perSecond, seconds, to }: Flood): Promise<void> {
    const toOf = typeof to === 'string' ? () => to : to;
    const startedAt = performance.now();
    const all = perSecond * seconds;
    const first = this.made;
    while (this.made - first < all) {
      const due = Math.min(all, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
      while (this.made - first < due) this.#make(toOf(this.made));
      this.#pump();
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  /** How many have no answer yet. */
  unanswered(): number {
    return this.made - this.answered.size;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#lines) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #make(to: string): void {
    const number = FIRST_PHONE + this.made;
    this.made += 1;
    const delivery = { id: `mo-${number}`, from: `+1415${number}`, to, body: `Is anybody there? ${number}` };
    this.#waiting.push(delivery);
    if (this.made % TWICE_EVERY === 0) {
      this.repeats.twice += 1;
      this.#waiting.push(delivery);
    }
  }

  #join(socket: Socket): void {
    const line: Line = { socket: socket.setNoDelay(true), open: new Map() };
    this.#lines.add(line);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#lines.delete(line);
      this.#again('broken', [...line.open.values()]);
      line.open.clear();
    });
    linesOf<Delivered>(socket, (answers) => {
      for (const { id, ok } of answers) {
        const delivery = line.open.get(id);
        if (!delivery) continue;
        line.open.delete(id);
        if (ok) this.answered.add(delivery.from);
        else setTimeout(() => this.#again('refused', [delivery]), BUSY_MS);
      }
      this.#pump();
    });
    this.#pump();
  }

  #again(why: 'broken' | 'refused' | 'unanswered', deliveries: Delivery[]): void {
    const left = deliveries.filter(({ from }) => !this.answered.has(from));
    this.repeats[why] += left.length;
    this.#waiting.unshift(...left);
    this.#pump();
  }

  /** To each connection in turn, as much as its window lets through. */
  #pump(): void {
    this.longestWaiting = Math.max(this.longestWaiting, this.#waiting.length);
    const lines = [...this.#lines].filter(({ open }) => open.size < WINDOW);
    if (lines.length === 0 || this.#waiting.length === 0) return;
    const texts = new Map<Line, string[]>();
    const held: Delivery[] = [];
    let taken = 0;
    for (; taken < this.#waiting.length && lines.length > 0; taken += 1) {
      const delivery = this.#waiting[taken] as Delivery;
      this.#turn = (this.#turn + 1) % lines.length;
      const line = lines[this.#turn] as Line;
      // The same one twice at once on one connection could not be told apart by its answer.
      if (line.open.has(delivery.id)) {
        held.push(delivery);
        continue;
      }
      line.open.set(delivery.id, delivery);
      this.#watch(line, delivery);
      const text = `${JSON.stringify(delivery)}\n`;
      texts.get(line)?.push(text) ?? texts.set(line, [text]);
      if (line.open.size >= WINDOW) lines.splice(this.#turn, 1);
    }
    this.#waiting = [...this.#waiting.slice(taken), ...held];
    for (const [{ socket }, lines] of texts) socket.write(lines.join(''));
  }

  #watch(line: Line, delivery: Delivery): void {
    const timer = setTimeout(() => {
      if (!line.open.delete(delivery.id)) return;
      this.#again('unanswered', [delivery]);
    }, UNANSWERED_MS);
    timer.unref();
  }
}

/** Whole lines of JSON, as many at a time as came together. */
export function linesOf<T>(socket: Socket, hear: (lines: T[]) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const text = rest + chunk;
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    if (end >= 0) hear(JSON.parse(`[${text.slice(0, end).replaceAll('\n', ',')}]`) as T[]);
  });
}
