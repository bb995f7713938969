/**
 * A carrier that speaks SMPP, for rehearsal and tests (`wire/smpp` on sockets). It takes every submit and reports it
 * delivered, unless its script says otherwise: late, throttled, silent, twice, out of order, or broken. It brings
 * messages of its own, and any octets at all. What it holds is bounded, whoever is at the other end.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Clock } from '../domain/clock.ts';
import { ESME } from '../wire/smpp/codes.ts';
import { FrameSplitter } from '../wire/smpp/framing.ts';
import { type Draft, decode, encode, type Pdu, type PduDraft, type PduOf } from '../wire/smpp/pdu.ts';
import type { ReceiptPlan, SmscScript, SubmitPlan } from './smsc-plans.ts';
import { receiptFields } from './smsc-receipts.ts';

export interface SmscParts {
  clock: Clock;
  script?: SmscScript;
  receiptMs?: number;
  /** PEM. Without it connections are in the clear. */
  tls?: { key: string; cert: string };
  /** How many submits are remembered. */
  keep?: number;
  /** Told of every PDU, and of connections that come and go. */
  watch?: (event: SmscEvent) => void;
}

/** `connection` counts from 1. */
export type SmscEvent =
  | { kind: 'open' | 'closed'; connection: number }
  | { kind: 'heard' | 'said'; connection: number; pdu: PduDraft }
  | { kind: 'odd'; connection: number; why: string };

/** What a deliver_sm says, beside its number. */
export type Delivery = Omit<Draft<'deliver_sm'>, 'command' | 'sequence'>;

interface Client {
  number: number;
  socket: Socket;
  /** What it bound as; `null`: not yet. */
  role: 'transmitter' | 'receiver' | 'transceiver' | null;
  /** `null`: the connection ended before. */
  answers: Map<number, (commandStatus: number | null) => void>;
}

/** A receipt that nobody took is offered again after so long, then after longer and longer. */
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const MOST_TRIES = 1_000;
/** Receipts that wait for their time or for somebody to take them; more are forgotten, and counted. */
const MOST_RECEIPTS = 200_000;
const MOST_KEPT = 100_000;
/** Deliveries of one connection without an answer. */
const MOST_DELIVERING = 1_000;
/** A peer that reads nothing is dropped. */
const MOST_UNREAD_OCTETS = 4_194_304;

export class Smsc {
  /** Every submit, in order. */
  readonly submits: PduOf<'submit_sm'>[] = [];
  /** When each came, monotonic. */
  readonly submittedAt: number[] = [];
  /** Those of them that were refused. */
  readonly refused = new Set<PduOf<'submit_sm'>>();
  script: SmscScript;
  binds = 0;
  unbinds = 0;
  /** Submits, kept or not. */
  submitted = 0;
  /** Receipts that were taken. */
  reported = 0;
  /** Receipts that were given up. */
  forgotten = 0;
  /** Everything else that came and was no answer, by command; the last of it. */
  readonly heard: string[] = [];
  readonly #clock: Clock;
  readonly #parts: SmscParts;
  readonly #clients = new Set<Client>();
  readonly #timers = new Set<() => void>();
  #server: Server | null = null;
  #sequence = 0;
  #connections = 0;
  #turn = 0;
  #receipts = 0;
  #isClosed = false;

  constructor(parts: SmscParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.script = parts.script ?? {};
  }

  /** Answers the port. */
  listen(port = 0, host = '127.0.0.1'): Promise<number> {
    this.#isClosed = false;
    const welcome = (socket: Socket) => this.#welcome(socket);
    const { tls } = this.#parts;
    const server = tls ? createTlsServer(tls, welcome) : createServer(welcome);
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** Cuts every connection, and forgets what it was about to say. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#receipts = 0;
    this.drop();
    const server = this.#server;
    this.#server = null;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  drop(): void {
    for (const { socket } of this.#clients) socket.destroy();
    this.#clients.clear();
  }

  get bound(): number {
    return [...this.#clients].filter(({ role }) => role !== null).length;
  }

  /** Receipts that wait for their time or for somebody to take them. */
  get owed(): number {
    return this.#receipts;
  }

  /**
   * Sends a deliver_sm to a bound receiver, to each in turn; resolves to the status of its answer, or `null` when none
   * came or nobody can take one.
   */
  deliver(fields: Delivery): Promise<number | null> {
    const ready = [...this.#clients].filter(
      ({ role, socket, answers }) =>
        (role === 'receiver' || role === 'transceiver') && !socket.writableNeedDrain && answers.size < MOST_DELIVERING,
    );
    this.#turn += 1;
    const client = ready[this.#turn % ready.length];
    if (!client) return Promise.resolve(null);
    const sequence = this.#nextSequence();
    return new Promise((resolve) => {
      client.answers.set(sequence, resolve);
      this.#write(client, { command: 'deliver_sm', sequence, ...fields });
    });
  }

  /** Any octets, to everybody. */
  blurt(octets: Uint8Array): void {
    for (const { socket } of this.#clients) socket.write(octets);
  }

  /** A PDU of any kind, to everybody. */
  say(draft: PduDraft): void {
    for (const client of this.#clients) this.#write(client, draft);
  }

  /** Asks everybody to go, under numbers of its own. */
  unbindAll(): void {
    for (const client of this.#clients) {
      if (client.role !== null) this.#write(client, { command: 'unbind', sequence: this.#nextSequence() });
    }
  }

  #welcome(socket: Socket): void {
    this.#connections += 1;
    const client: Client = { number: this.#connections, socket, role: null, answers: new Map() };
    const splitter = new FrameSplitter();
    this.#clients.add(client);
    this.#tell({ kind: 'open', connection: client.number });
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#clients.delete(client);
      for (const answer of client.answers.values()) answer(null);
      client.answers.clear();
      this.#tell({ kind: 'closed', connection: client.number });
    });
    socket.on('data', (chunk: Buffer) => {
      const { frames, fault } = splitter.push(chunk);
      // What one chunk asked for is answered in one write.
      socket.cork();
      for (const frame of frames) {
        const decoded = decode(frame);
        if (decoded.ok) this.#take(client, decoded.pdu);
        else this.#tell({ kind: 'odd', connection: client.number, why: decoded.reason });
      }
      socket.uncork();
      if (fault) this.#tell({ kind: 'odd', connection: client.number, why: fault.reason });
      if (fault || socket.writableLength > MOST_UNREAD_OCTETS) socket.destroy();
    });
  }

  #take(client: Client, pdu: Pdu): void {
    const { sequence } = pdu;
    this.#tell({ kind: 'heard', connection: client.number, pdu });
    switch (pdu.command) {
      case 'bind_transceiver':
      case 'bind_transmitter':
      case 'bind_receiver':
        this.#bind(client, { ...pdu, command: 'bind_transceiver' }, pdu.command);
        return;
      case 'submit_sm':
        if (client.role === 'transmitter' || client.role === 'transceiver') this.#submit(client, pdu);
        else {
          this.#write(client, { command: 'submit_sm_resp', sequence, commandStatus: ESME.ESME_RINVBNDSTS });
        }
        return;
      case 'deliver_sm_resp':
        client.answers.get(sequence)?.(pdu.commandStatus);
        client.answers.delete(sequence);
        return;
      case 'enquire_link':
        if (this.script.enquire?.() !== false) this.#write(client, { command: 'enquire_link_resp', sequence });
        this.#note(pdu.command);
        return;
      case 'unbind':
        this.unbinds += 1;
        if (this.script.unbind?.() !== 'silent') this.#write(client, { command: 'unbind_resp', sequence });
        return;
      default:
        this.#note(pdu.command);
    }
  }

  #note(command: string): void {
    if (this.heard.length >= MOST_KEPT) this.heard.shift();
    this.heard.push(command);
  }

  #bind(client: Client, pdu: PduOf<'bind_transceiver'>, command: string): void {
    this.binds += 1;
    const status = this.script.bind?.(pdu, this.binds) ?? 0;
    if (status === 'drop') client.socket.destroy();
    if (typeof status === 'string') return;
    const role = command.slice('bind_'.length) as 'transmitter' | 'receiver' | 'transceiver';
    if (status === 0) client.role = role;
    const { sequence } = pdu;
    this.#write(client, { command: `bind_${role}_resp`, sequence, commandStatus: status, systemId: 'smsc' });
  }

  #submit(client: Client, pdu: PduOf<'submit_sm'>): void {
    this.submitted += 1;
    const number = this.submitted;
    // What is kept outlives the chunk it came in.
    const own = { ...pdu, shortMessage: Uint8Array.from(pdu.shortMessage) };
    if (this.submits.length < (this.#parts.keep ?? MOST_KEPT)) {
      this.submits.push(own);
      this.submittedAt.push(this.#clock.monotonic());
    }
    const plan = this.script.submit?.(pdu, number) ?? {};
    const isRefused = (plan.commandStatus ?? 0) !== 0;
    if (isRefused && this.submits.at(-1) === own) this.refused.add(own);
    const id = plan.id === undefined ? `m${number}` : plan.id;
    const taken = !isRefused && plan.answer !== 'drop';
    const isWanted = taken && (pdu.registeredDelivery & 1) === 1 && plan.receipts !== null;
    const wanted = isWanted ? (plan.receipts ?? [{}]) : [];
    for (const receipt of wanted.filter(({ overtakes }) => overtakes)) this.#owe(0, own, id ?? '', receipt);
    this.#later(plan.afterMs ?? 0, () => {
      this.#answer(client, pdu, plan, id);
      for (const receipt of wanted.filter(({ overtakes }) => !overtakes)) {
        this.#owe(receipt.afterMs ?? this.#parts.receiptMs ?? 5, own, id ?? '', receipt);
      }
    });
  }

  #answer(client: Client, pdu: PduOf<'submit_sm'>, plan: SubmitPlan, id: string | null): void {
    const { sequence } = pdu;
    const { commandStatus = 0 } = plan;
    const answer: Draft<'submit_sm_resp'> = { command: 'submit_sm_resp', sequence, commandStatus, messageId: id ?? '' };
    switch (plan.answer) {
      case 'silent':
        return;
      case 'drop':
        client.socket.destroy();
        return;
      case 'nack':
        this.#write(client, { command: 'generic_nack', sequence, commandStatus });
        return;
      case 'other-sequence':
        this.#write(client, { ...answer, sequence: sequence + 1_000_000 });
        return;
      case 'bare':
        client.socket.write(header(0x80000004, commandStatus, sequence));
        return;
      case 'twice':
        this.#write(client, answer);
        this.#write(client, answer);
        return;
      case undefined:
        this.#write(client, answer);
    }
  }

  #owe(afterMs: number, pdu: PduOf<'submit_sm'>, id: string, plan: ReceiptPlan): void {
    if (this.#receipts >= MOST_RECEIPTS) this.forgotten += 1;
    else {
      this.#receipts += 1;
      this.#later(afterMs, () => this.#report(pdu, id, plan, 1));
    }
  }

  /** Until somebody takes it, as carriers do. */
  #report(pdu: PduOf<'submit_sm'>, id: string, plan: ReceiptPlan, tries: number): void {
    if (this.#isClosed) return;
    void this.deliver(receiptFields(pdu, id, plan, this.#clock.now())).then((status) => {
      if (this.#isClosed) return;
      if (status !== 0 && tries < MOST_TRIES) {
        const againMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 1.2 ** Math.min(tries - 1, 30));
        this.#later(againMs, () => this.#report(pdu, id, plan, tries + 1));
        return;
      }
      this.#receipts -= 1;
      if (status === 0) this.reported += 1;
      else this.forgotten += 1;
    });
  }

  #later(ms: number, task: () => void): void {
    if (ms <= 0) {
      task();
      return;
    }
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
  }

  #write(client: Client, draft: PduDraft): void {
    const encoded = encode(draft);
    if (!encoded.ok || !client.socket.writable) return;
    client.socket.write(encoded.bytes);
    this.#tell({ kind: 'said', connection: client.number, pdu: draft });
  }

  #tell(event: SmscEvent): void {
    this.#parts.watch?.(event);
  }

  #nextSequence(): number {
    this.#sequence = this.#sequence >= 0x7fffffff ? 1 : this.#sequence + 1;
    return this.#sequence;
  }
}

/** A PDU of nothing but its header. */
export function header(commandId: number, commandStatus: number, sequence: number, length = 16): Buffer {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(length, 0);
  octets.writeUInt32BE(commandId, 4);
  octets.writeUInt32BE(commandStatus, 8);
  octets.writeUInt32BE(sequence, 12);
  return octets;
}
