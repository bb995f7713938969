/**
 * A carrier that speaks SMPP, for rehearsal and tests (`wire/smpp` on loopback sockets). It takes every submit and
 * reports it delivered, unless its script says otherwise: late, throttled, silent, twice, out of order, or broken. It
 * brings messages of its own, and any octets at all.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import { FrameSplitter } from '../wire/smpp/framing.ts';
import { type Draft, decode, encode, type Pdu, type PduDraft, type PduOf } from '../wire/smpp/pdu.ts';

/** What becomes of a submit. Left out: taken at once, and delivered after `SmscParts.receiptMs`. */
export interface SubmitPlan {
  /** ESME_*; not 0: refused. */
  commandStatus?: number;
  /** `null`: an answer without one. Its own numbering otherwise. */
  id?: string | null;
  afterMs?: number;
  answer?: 'silent' | 'twice' | 'nack' | 'other-sequence' | 'drop' | 'bare';
  /** `null`: never; several: in their order. */
  receipts?: ReceiptPlan[] | null;
}

export interface ReceiptPlan {
  stat?: string;
  err?: string;
  afterMs?: number;
  /** The submit is answered after it. */
  overtakes?: boolean;
  /** As the receipt writes it, instead of as the answer had it. */
  id?: string;
}

export interface SmscScript {
  /** The status of a bind; `silent`: none. */
  bind?: (pdu: PduOf<'bind_transceiver'>, number: number) => number | 'silent' | 'drop';
  /** `number` counts from 1. */
  submit?: (pdu: PduOf<'submit_sm'>, number: number) => SubmitPlan;
  /** Whether signs of life are given. */
  enquire?: () => boolean;
  unbind?: () => 'answer' | 'silent';
}

export interface SmscParts {
  clock: Clock;
  script?: SmscScript;
  receiptMs?: number;
}

interface Client {
  socket: Socket;
  /** What it bound as; `null`: not yet. */
  role: 'transmitter' | 'receiver' | 'transceiver' | null;
  answers: Map<number, (commandStatus: number) => void>;
}

/** A receipt that nobody took is offered again after so long. */
const RETRY_MS = 100;
/** How many submits are remembered. */
const MOST_KEPT = 100_000;

export class Smsc {
  /** Every submit, in order. */
  readonly submits: PduOf<'submit_sm'>[] = [];
  /** When each came, monotonic. */
  readonly submittedAt: number[] = [];
  script: SmscScript;
  binds = 0;
  unbinds = 0;
  /** Everything else that came and was no answer, by command. */
  readonly heard: string[] = [];
  readonly #clock: Clock;
  readonly #receiptMs: number;
  readonly #clients = new Set<Client>();
  #server: Server | null = null;
  #sequence = 0;
  #submitted = 0;
  #isClosed = false;

  constructor({ clock, script, receiptMs }: SmscParts) {
    this.#clock = clock;
    this.script = script ?? {};
    this.#receiptMs = receiptMs ?? 5;
  }

  /** Answers the port. */
  listen(port = 0, host = '127.0.0.1'): Promise<number> {
    this.#isClosed = false;
    const server = createServer((socket) => this.#welcome(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
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

  /** Sends a deliver_sm to a bound receiver; resolves to the status of its answer, or `null` when none came. */
  deliver(fields: Omit<Draft<'deliver_sm'>, 'command' | 'sequence'>): Promise<number | null> {
    const client = [...this.#clients].find(({ role }) => role === 'receiver' || role === 'transceiver');
    if (!client) return Promise.resolve(null);
    this.#sequence += 1;
    const sequence = this.#sequence;
    return new Promise((resolve) => {
      client.answers.set(sequence, resolve);
      client.socket.once('close', () => resolve(null));
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

  #welcome(socket: Socket): void {
    const client: Client = { socket, role: null, answers: new Map() };
    const splitter = new FrameSplitter();
    this.#clients.add(client);
    socket.setNoDelay(true);
    socket.setMaxListeners(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#clients.delete(client));
    socket.on('data', (chunk: Buffer) => {
      const { frames, fault } = splitter.push(chunk);
      for (const frame of frames) {
        const decoded = decode(frame);
        if (decoded.ok) this.#take(client, decoded.pdu);
      }
      if (fault) socket.destroy();
    });
  }

  #take(client: Client, pdu: Pdu): void {
    const { sequence } = pdu;
    switch (pdu.command) {
      case 'bind_transceiver':
      case 'bind_transmitter':
      case 'bind_receiver':
        this.#bind(client, { ...pdu, command: 'bind_transceiver' }, pdu.command);
        return;
      case 'submit_sm':
        this.#submit(client, pdu);
        return;
      case 'deliver_sm_resp':
        client.answers.get(sequence)?.(pdu.commandStatus);
        client.answers.delete(sequence);
        return;
      case 'enquire_link':
        if (this.script.enquire?.() !== false) this.#write(client, { command: 'enquire_link_resp', sequence });
        this.heard.push(pdu.command);
        return;
      case 'unbind':
        this.unbinds += 1;
        if (this.script.unbind?.() !== 'silent') this.#write(client, { command: 'unbind_resp', sequence });
        return;
      default:
        this.heard.push(pdu.command);
    }
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
    this.#submitted += 1;
    if (this.submits.length < MOST_KEPT) {
      // What is kept outlives the chunk it came in.
      this.submits.push({ ...pdu, shortMessage: Uint8Array.from(pdu.shortMessage) });
      this.submittedAt.push(this.#clock.monotonic());
    }
    const plan = this.script.submit?.(pdu, this.#submitted) ?? {};
    const id = plan.id === undefined ? `m${this.#submitted}` : plan.id;
    const taken = (plan.commandStatus ?? 0) === 0 && plan.answer !== 'drop';
    const receipts = taken && (pdu.registeredDelivery & 1) === 1 ? (plan.receipts ?? [{}]) : [];
    const wanted = plan.receipts === null ? [] : receipts;
    for (const receipt of wanted.filter(({ overtakes }) => overtakes)) this.#report(pdu, id ?? '', receipt);
    this.#later(plan.afterMs ?? 0, () => {
      this.#answer(client, pdu, plan, id);
      for (const receipt of wanted.filter(({ overtakes }) => !overtakes)) {
        this.#later(receipt.afterMs ?? this.#receiptMs, () => this.#report(pdu, id ?? '', receipt));
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

  /** Until somebody takes it, as carriers do. */
  #report(pdu: PduOf<'submit_sm'>, id: string, plan: ReceiptPlan): void {
    if (this.#isClosed) return;
    const { stat = 'DELIVRD', err = '000' } = plan;
    const at = new Date(this.#clock.now()).toISOString().slice(2, 16).replaceAll(/[-T:]/g, '');
    const text = `id:${plan.id ?? id} sub:001 dlvrd:001 submit date:${at} done date:${at} stat:${stat} err:${err} text:`;
    void this.deliver({
      sourceAddrTon: pdu.destAddrTon,
      sourceAddrNpi: pdu.destAddrNpi,
      sourceAddr: pdu.destinationAddr,
      destAddrTon: pdu.sourceAddrTon,
      destAddrNpi: pdu.sourceAddrNpi,
      destinationAddr: pdu.sourceAddr,
      esmClass: 0x04,
      shortMessage: Buffer.from(text, 'latin1'),
    }).then((status) => {
      if (status !== 0) this.#later(RETRY_MS, () => this.#report(pdu, id, plan));
    });
  }

  #later(ms: number, task: () => void): void {
    if (ms <= 0) task();
    else {
      this.#clock.after(ms, () => {
        if (!this.#isClosed) task();
      });
    }
  }

  #write(client: Client, draft: PduDraft): void {
    const encoded = encode(draft);
    if (encoded.ok && client.socket.writable) client.socket.write(encoded.bytes);
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
