/** A customer's SMPP client, made of our own codec: what another program would be, with every PDU at hand. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameSplitter } from '../../src/wire/smpp/framing.ts';
import { type Draft, decode, encode, type Pdu, type PduDraft, type PduOf } from '../../src/wire/smpp/pdu.ts';
import { readReceipt } from '../../src/wire/smpp/receipt.ts';

export type Delivered = PduOf<'deliver_sm'>;
type BindRole = 'transceiver' | 'transmitter' | 'receiver';

export class Esme {
  /** Every deliver_sm, in order, also those that were not answered well. */
  readonly delivered: Delivered[] = [];
  /** What else came and was no answer. */
  readonly heard: Pdu[] = [];
  /** The status of the answer to a deliver_sm; `null`: none. */
  onDeliver: (pdu: Delivered) => number | null = () => 0;
  answersEnquiries = true;
  isClosed = false;
  readonly #socket: Socket;
  readonly #answers = new Map<number, (pdu: Pdu | null) => void>();
  #sequence = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const splitter = new FrameSplitter();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      for (const answer of this.#answers.values()) answer(null);
      this.#answers.clear();
    });
    socket.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk).frames) {
        const decoded = decode(frame);
        if (decoded.ok) this.#take(decoded.pdu);
      }
    });
  }

  static async connect(port: number, tls?: { ca: string; name: string }): Promise<Esme> {
    const host = '127.0.0.1';
    const socket = tls ? connectTls({ host, port, servername: tls.name, ca: tls.ca }) : connect({ host, port });
    await new Promise((resolve, reject) => {
      socket.once(tls ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    return new Esme(socket);
  }

  /** Connected and bound; throws unless that was answered with 0. */
  static async bound(port: number, systemId = 'acme', password = 'secret08', role: BindRole = 'transceiver') {
    const esme = await Esme.connect(port);
    const status = await esme.bind(systemId, password, role);
    if (status !== 0) throw new Error(`the bind was answered with ${status}`);
    return esme;
  }

  /** `null`: the connection went without an answer. */
  async bind(systemId: string, password: string, role: BindRole = 'transceiver', version = 0x34) {
    const answer = await this.ask({ command: `bind_${role}`, systemId, password, interfaceVersion: version });
    return answer?.commandStatus ?? null;
  }

  /** Sends a request, and resolves to its answer; `null`: none came before the end. */
  ask(draft: { command: PduDraft['command'] } & Record<string, unknown>): Promise<Pdu | null> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    return new Promise((resolve) => {
      if (this.isClosed) return resolve(null);
      this.#answers.set(sequence, resolve);
      this.write({ ...draft, sequence } as unknown as PduDraft);
    });
  }

  /** A text in data_coding 0, asking for a receipt of any end. */
  async submit(text: string, fields: Partial<Omit<Draft<'submit_sm'>, 'command'>> = {}) {
    const answer = await this.ask({ command: 'submit_sm', ...submitFields(text), ...fields });
    return answer as PduOf<'submit_sm_resp'> | null;
  }

  write(draft: PduDraft): void {
    const encoded = encode(draft);
    if (!encoded.ok) throw new Error(encoded.reason);
    this.#socket.write(encoded.bytes);
  }

  /** Any octets. */
  blurt(octets: Uint8Array): void {
    this.#socket.write(octets);
  }

  /** The receipts among what was delivered, read as any client reads them. */
  get receipts() {
    return this.delivered
      .filter(({ esmClass }) => (esmClass & 0x3c) !== 0)
      .map(({ shortMessage, tlvs }) => readReceipt(Buffer.from(shortMessage).toString('latin1'), tlvs));
  }

  async unbind(): Promise<void> {
    await this.ask({ command: 'unbind' });
    this.drop();
  }

  drop(): void {
    this.isClosed = true;
    this.#socket.destroy();
  }

  #take(pdu: Pdu): void {
    const { sequence } = pdu;
    if (pdu.command === 'deliver_sm') {
      // What is kept outlives the chunk it came in.
      this.delivered.push({ ...pdu, shortMessage: Uint8Array.from(pdu.shortMessage) });
      const commandStatus = this.onDeliver(pdu);
      if (commandStatus !== null) this.write({ command: 'deliver_sm_resp', sequence, commandStatus });
    } else if (pdu.command === 'enquire_link') {
      this.heard.push(pdu);
      if (this.answersEnquiries) this.write({ command: 'enquire_link_resp', sequence });
    } else if (pdu.command === 'unbind') {
      this.heard.push(pdu);
      this.write({ command: 'unbind_resp', sequence });
    } else if (this.#answers.has(sequence)) {
      this.#answers.get(sequence)?.(pdu);
      this.#answers.delete(sequence);
    } else this.heard.push(pdu);
  }
}

export const NUMBER = '+12125550140';
export const PHONE = '+12025550101';

function submitFields(text: string) {
  return {
    sourceAddrTon: 1,
    sourceAddrNpi: 1,
    sourceAddr: NUMBER.slice(1),
    destAddrTon: 1,
    destAddrNpi: 1,
    destinationAddr: PHONE.slice(1),
    registeredDelivery: 1,
    shortMessage: Buffer.from(text, 'latin1'),
  };
}
