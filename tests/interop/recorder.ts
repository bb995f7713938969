/** A relay on loopback that keeps every PDU of both sides as it passes, for Wireshark to judge. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FrameSplitter } from '../../src/wire/smpp/framing.ts';
import type { CapturedConnection, CapturedPdu } from '../../src/wire/smpp/pcap.ts';
import { readHeader } from '../../src/wire/smpp/pdu.ts';

export class Recorder {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #connections: { pdus: CapturedPdu[] }[] = [];
  #port = 0;

  /** `clients`: what connects to it is ours, or the peer. Only `target` is known then. */
  constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      const pdus: CapturedPdu[] = [];
      this.#connections.push({ pdus });
      this.#relay(near, far, true, pdus);
      this.#relay(far, near, false, pdus);
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        this.#port = typeof address === 'object' && address ? address.port : 0;
        resolve(this.#port);
      });
    });
  }

  /** Each with its port, as a capture has them. */
  get connections(): CapturedConnection[] {
    return this.#connections.map(({ pdus }) => ({ port: this.#port, pdus }));
  }

  /** How often each command came by, `out` from whoever connected. */
  get commands(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { ours, octets } of this.#connections.flatMap(({ pdus }) => pdus)) {
      const { command, commandId } = readHeader(Buffer.from(octets));
      const name = `${ours ? 'out' : 'in'} ${command ?? commandId}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(from: Socket, to: Socket, ours: boolean, pdus: CapturedPdu[]): void {
    const splitter = new FrameSplitter();
    this.#sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk).frames) pdus.push({ at: Date.now(), ours, octets: Buffer.from(frame) });
      to.write(chunk);
    });
    from.on('error', () => to.destroy());
    from.on('end', () => to.end());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.end();
    });
  }
}
