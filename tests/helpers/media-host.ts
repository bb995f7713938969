/** A web server of a customer's on loopback that has files to be fetched. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export class MediaHost {
  #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      if (!request.url?.endsWith('.png')) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': PNG.length }).end(PNG);
    });
  }

  /** The address of a picture; each name is a file of its own with the same bytes. */
  picture(name = 'one'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}.png`;
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
