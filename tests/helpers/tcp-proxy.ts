/** A proxy between two ends of a TCP connection that spoils it as told: in user space, on loopback. */
import { createConnection, createServer, type Server, type Socket } from 'node:net';

export interface ProxyPlan {
  /** Cuts the connection once so many octets went to the client. */
  cutAnswersAfter?: number;
  /** The same for octets to the server. */
  cutRequestsAfter?: number;
  /** How it is cut: an end, or a reset. */
  cutBy?: 'end' | 'reset';
  /** Octets are handed on one at a time. */
  oneByOne?: boolean;
  /** Each octet to the client waits so long. */
  delayMs?: number;
}

/** What it does may change while connections are open; `plan` counts for those made after it. */
export class TcpProxy {
  plan: ProxyPlan = {};
  /** Nothing is handed on in either direction, and nothing is closed. */
  isBlackHole = false;
  connections = 0;
  readonly #to: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(to: number) {
    this.#to = to;
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
    this.cut('end');
    await new Promise((resolve) => this.#server.close(resolve));
  }

  cut(by: 'end' | 'reset'): void {
    for (const socket of this.#sockets) by === 'reset' ? socket.resetAndDestroy() : socket.destroy();
    this.#sockets.clear();
  }

  #join(client: Socket): void {
    this.connections += 1;
    const plan = this.plan;
    const server = createConnection({ port: this.#to, host: '127.0.0.1' });
    const end = () => {
      for (const socket of [client, server]) {
        if (plan.cutBy === 'reset') socket.resetAndDestroy();
        else socket.destroy();
      }
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // A half-open link stays so: nobody is told.
        if (!this.isBlackHole) (socket === client ? server : client).destroy();
      });
    }
    this.#hand(client, server, plan, plan.cutRequestsAfter, end);
    this.#hand(server, client, plan, plan.cutAnswersAfter, end);
  }

  #hand(from: Socket, to: Socket, plan: ProxyPlan, cutAfter: number | undefined, end: () => void): void {
    let handed = 0;
    let queue = Promise.resolve();
    const write = async (chunk: Buffer) => {
      const room = cutAfter === undefined ? chunk.length : Math.max(0, cutAfter - handed);
      const octets = chunk.subarray(0, room);
      handed += chunk.length;
      for (const piece of plan.oneByOne ? [...octets].map((octet) => Buffer.of(octet)) : [octets]) {
        if (!to.writable || piece.length === 0) continue;
        to.write(piece);
        if (plan.delayMs) await new Promise((resolve) => setTimeout(resolve, plan.delayMs));
        else if (plan.oneByOne) await new Promise((resolve) => setImmediate(resolve));
      }
      if (cutAfter !== undefined && handed >= cutAfter) end();
    };
    from.on('data', (chunk: Buffer) => {
      if (this.isBlackHole) return;
      queue = queue.then(() => write(chunk));
    });
  }
}
