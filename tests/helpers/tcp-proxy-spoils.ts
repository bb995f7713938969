/**
 * A proxy that spoils an SMPP connection at an exact octet of an exact PDU (T10): it follows the lengths of the PDUs on
 * both ways, hands everything on, and when the octet of its script has passed, the fault begins. In user space.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** When: in the PDU of this kind, which goes up (to the carrier) or down (to us). */
export const PHASES = {
  bind: { way: 'up', commands: [0x01, 0x02, 0x09] },
  submit: { way: 'up', commands: [0x04] },
  answer: { way: 'down', commands: [0x80000004] },
  receipt: { way: 'down', commands: [0x05] },
} as const;
export type Phase = keyof typeof PHASES;

/**
 * `cut`, `reset`: the connection ends. `half-open`: it ends for one side, and the other is told nothing. `hole`: nothing
 * passes any more. `drip`: one octet at a time. `late`: everything waits. `slow`: as if nobody read.
 */
export const FAULTS = ['cut', 'reset', 'half-open', 'hole', 'drip', 'late', 'slow'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Spoil {
  fault: Fault;
  phase: Phase;
  /** Which way the octets go that it is about; of an end, the side that is told: up is the carrier. */
  way: 'up' | 'down' | 'both';
  /** The n-th PDU of the phase, from 1, and how many of its octets pass before. */
  nth: number;
  octet: number;
  /** So many connections are spoilt, one after the other. */
  times: number;
  /** A connection that is left alone, from 1: another bind. */
  spared?: number;
  /** Of what passes by itself. A hole is closed after it, as if the network said so at last. */
  forMs: number;
}

type Way = 'up' | 'down';
interface Lane {
  way: Way;
  from: Socket;
  to: Socket;
  mode: 'pass' | 'hole' | 'drip' | 'late' | 'stopped';
  queue: Promise<void>;
  queued: number;
  head: Buffer;
  /** Octets of the present PDU that are still to come; 0: a head comes first. */
  left: number;
  seen: number;
}
interface Pair {
  number: number;
  lanes: Record<Way, Lane>;
  isSpoilt: boolean;
  isOver: boolean;
}

const HEAD_OCTETS = 8;
/** Beyond it the sender has to wait. */
const MOST_QUEUED = 65_536;
const LATE_MS = 30;
const DRIP_OCTETS = 400;

export class SpoilingProxy {
  /** Monotonic instants at which a fault began. */
  readonly struck: { connection: number; at: number }[] = [];
  /** Connections that nothing was done to and that ended all the same, while the proxy was open. */
  readonly endedUnspoilt: number[] = [];
  connections = 0;
  readonly #to: number;
  readonly #spoil: Spoil;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #spoilt = 0;
  #isClosing = false;

  constructor(to: number, spoil: Spoil) {
    this.#to = to;
    this.#spoil = spoil;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#join(client));
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const pair of this.#pairs) this.#end(pair, 'both', false);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    this.connections += 1;
    const carrier = createConnection({ port: this.#to, host: '127.0.0.1' });
    const lane = (way: Way, from: Socket, to: Socket): Lane => {
      const empty = Buffer.alloc(0);
      return { way, from, to, mode: 'pass', queue: Promise.resolve(), queued: 0, head: empty, left: 0, seen: 0 };
    };
    const lanes = { up: lane('up', client, carrier), down: lane('down', carrier, client) };
    const pair: Pair = { number: this.connections, lanes, isSpoilt: false, isOver: false };
    this.#pairs.add(pair);
    for (const one of [lanes.up, lanes.down]) {
      one.from.setNoDelay(true);
      one.from.on('error', () => one.from.destroy());
      one.from.on('data', (chunk: Buffer) => this.#push(pair, one, chunk));
      one.from.on('end', () => this.#ended(pair, one));
      one.from.on('close', () => this.#ended(pair, one));
    }
  }

  /** One side is gone: so is the other, but where the fault is that nobody tells it. */
  #ended(pair: Pair, { way }: Lane): void {
    const { fault } = this.#spoil;
    if (!pair.isSpoilt && !pair.isOver && !this.#isClosing) this.endedUnspoilt.push(pair.number);
    if (pair.isSpoilt && (fault === 'half-open' || fault === 'hole') && way === 'down') return;
    this.#end(pair, 'both', false);
  }

  #end(pair: Pair, way: Way | 'both', byReset: boolean): void {
    const { up, down } = pair.lanes;
    // The side that is told is the one the lane leads to.
    const told = way === 'both' ? [up.to, down.to] : [pair.lanes[way].to];
    for (const socket of told) byReset ? socket.resetAndDestroy() : socket.destroy();
    if (way !== 'both') return;
    pair.isOver = true;
    this.#pairs.delete(pair);
  }

  #push(pair: Pair, lane: Lane, chunk: Buffer): void {
    if (lane.mode === 'hole' || pair.isOver) return;
    const at = this.#strikeAt(pair, lane, chunk);
    if (at === null) this.#pass(lane, chunk);
    else {
      if (at > 0) this.#pass(lane, chunk.subarray(0, at));
      void lane.queue.then(() => {
        this.#strike(pair);
        if (!pair.isOver && lane.mode !== 'hole') this.#pass(lane, chunk.subarray(at));
      });
    }
  }

  /** Follows the PDUs of a chunk; where in it the fault begins, if it does. */
  #strikeAt(pair: Pair, lane: Lane, chunk: Buffer): number | null {
    const { phase, nth, octet, times, spared } = this.#spoil;
    const { way, commands } = PHASES[phase];
    let found: number | null = null;
    for (let at = 0; at < chunk.length; ) {
      if (lane.left > 0) {
        const step = Math.min(lane.left, chunk.length - at);
        lane.left -= step;
        at += step;
        continue;
      }
      const before = lane.head.length;
      lane.head = Buffer.concat([lane.head, chunk.subarray(at, at + HEAD_OCTETS - before)]);
      at += lane.head.length - before;
      if (lane.head.length < HEAD_OCTETS) break;
      lane.left = Math.max(0, lane.head.readUInt32BE(0) - HEAD_OCTETS);
      const isOfPhase = lane.way === way && (commands as readonly number[]).includes(lane.head.readUInt32BE(4));
      lane.head = Buffer.alloc(0);
      if (!isOfPhase) continue;
      lane.seen += 1;
      const isDue = !pair.isSpoilt && pair.number !== spared && lane.seen === nth;
      if (isDue && found === null && this.#spoilt < times) {
        this.#spoilt += 1;
        pair.isSpoilt = true;
        found = Math.min(chunk.length, Math.max(0, at - HEAD_OCTETS + octet));
      }
    }
    return found;
  }

  #strike(pair: Pair): void {
    const { fault, way, forMs } = this.#spoil;
    this.struck.push({ connection: pair.number, at: performance.now() });
    const lanes = way === 'both' ? [pair.lanes.up, pair.lanes.down] : [pair.lanes[way]];
    switch (fault) {
      case 'cut':
      case 'reset':
        this.#end(pair, 'both', fault === 'reset');
        return;
      case 'half-open':
        for (const lane of [pair.lanes.up, pair.lanes.down]) lane.mode = 'hole';
        // Nobody on our side is told: only silence can say it.
        this.#end(pair, 'up', false);
        return;
      case 'hole':
        for (const lane of lanes) lane.mode = 'hole';
        break;
      case 'drip':
      case 'late':
        for (const lane of lanes) lane.mode = fault;
        break;
      case 'slow':
        for (const lane of lanes) {
          lane.mode = 'stopped';
          lane.from.pause();
        }
    }
    setTimeout(() => {
      if (fault === 'hole') this.#end(pair, 'both', false);
      for (const lane of lanes) {
        lane.mode = 'pass';
        lane.from.resume();
      }
    }, forMs).unref();
  }

  #pass(lane: Lane, chunk: Buffer): void {
    lane.queued += chunk.length;
    if (lane.queued > MOST_QUEUED) lane.from.pause();
    lane.queue = lane.queue.then(async () => {
      await this.#write(lane, chunk);
      lane.queued -= chunk.length;
      if (lane.queued <= MOST_QUEUED && lane.mode !== 'stopped') lane.from.resume();
    });
  }

  async #write(lane: Lane, chunk: Buffer): Promise<void> {
    if (lane.mode === 'late') await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    const dripped = lane.mode === 'drip' ? Math.min(DRIP_OCTETS, chunk.length) : 0;
    for (let at = 0; at < dripped && lane.to.writable; at += 1) {
      lane.to.write(chunk.subarray(at, at + 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (lane.mode !== 'hole' && lane.to.writable && dripped < chunk.length) lane.to.write(chunk.subarray(dripped));
  }
}
