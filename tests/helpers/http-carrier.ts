/** A carrier of HTTP that answers as a test says, and the connector before it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readHttpCarrier } from '../../src/config-http-carrier.ts';
import { HttpConnector } from '../../src/connectors/http-carrier/connector.ts';
import { realClock } from '../../src/domain/clock.ts';
import { makeOutgoing } from '../../src/net/outgoing.ts';
import { TestDoor } from './cloud.ts';
import { RecordingEar } from './smpp.ts';

export interface CarrierRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface CarrierReply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** The connection breaks in place of an answer. */
  breaks?: boolean;
}

export class HttpCarrier {
  readonly asked: CarrierRequest[] = [];
  reply: (asked: CarrierRequest) => CarrierReply | Promise<CarrierReply> = () => ({ body: '{"id":"1"}' });
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const headers = request.headers as Record<string, string>;
      const asked = { method: request.method ?? '', path: request.url ?? '', headers, body };
      this.asked.push(asked);
      const { status = 200, headers: more = {}, body: answer = '', breaks } = await this.reply(asked);
      if (breaks) response.destroy();
      else response.writeHead(status, { 'content-type': 'application/json', ...more }).end(answer);
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** `entry`: as `pidge.toml` has it, given where the carrier is. */
export async function startHttpRig(entry: (origin: string) => Record<string, string | number | boolean | string[]>) {
  const carrier = await new HttpCarrier().start();
  const problems: string[] = [];
  const mapping = readHttpCarrier(entry(carrier.origin), 'carrier', problems);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const outgoing = makeOutgoing({ clock: realClock, policy: { allow: ['127.0.0.1/32'] } });
  const fenced = makeOutgoing({ clock: realClock, policy: { allow: [] } });
  const ear = new RecordingEar();
  const notices: { state: string; why: string }[] = [];
  let origin = '';
  const connector = new HttpConnector({
    name: 'carrier',
    mapping,
    clock: realClock,
    outgoing,
    fenced,
    ownUrl: () => origin,
    notice: (notice) => void notices.push(notice),
  });
  await connector.start();
  const door = await new TestDoor(connector, ear).start();
  origin = door.origin;
  return {
    carrier,
    connector,
    ear,
    notices,
    door,
    async close() {
      await connector.stop();
      await carrier.stop();
      await door.stop();
      await outgoing.close();
      await fenced.close();
    },
  };
}
