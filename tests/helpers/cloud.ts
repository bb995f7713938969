/** A connector of WhatsApp Cloud before the stand-in, with a door of its own in place of the server's. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connector } from '../../src/connectors/connector.ts';
import { WhatsAppConnector } from '../../src/connectors/whatsapp/connector.ts';
import { WHATSAPP_DEFAULTS, type WhatsAppSettings } from '../../src/connectors/whatsapp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { makeOutgoing } from '../../src/net/outgoing.ts';
import { Cloud, type CloudParts } from '../../src/simulator/cloud.ts';
import { RecordingEar, submission } from './smpp.ts';

export const OURS = '+15550783881';
const OURS_ID = '106540352242922';
export const SECRETS = { accessToken: 'EAAtoken0987', appSecret: 'appsecret4711', verifyToken: 'verify-me-20' };

export function cloudSettings(graphUrl: string): WhatsAppSettings {
  return {
    ...WHATSAPP_DEFAULTS,
    ...SECRETS,
    graphUrl,
    phoneNumbers: new Map([[OURS, OURS_ID]]),
    // Machines may be slow; what is to have no answer loses its connection.
    responseMs: 15_000,
  };
}

export async function startCloud(parts: Partial<CloudParts> = {}): Promise<Cloud> {
  const { accessToken, appSecret } = SECRETS;
  const phoneNumbers = new Map([[OURS, OURS_ID]]);
  return new Cloud({ clock: realClock, accessToken, appSecret, phoneNumbers, ...parts }).listen();
}

/** The door alone: what the server's own does for one connector. */
export class TestDoor {
  readonly #server;

  constructor(connector: Connector, ear: RecordingEar) {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const url = `${this.url}${(request.url ?? '').replace(/^\/carriers\/carrier/, '')}`;
      const call = {
        method: request.method as 'GET' | 'POST',
        path: new URL(url).pathname.replace(/^\/carriers\/carrier/, ''),
        url,
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      };
      try {
        const answered = (await connector.called?.(call, ear)) ?? { kind: 'unknown' };
        if (answered.kind !== 'answer') response.writeHead(answered.kind === 'stranger' ? 403 : 404).end();
        else
          response
            .writeHead(answered.status, { 'content-type': answered.contentType ?? 'text/plain' })
            .end(answered.body);
      } catch {
        response.writeHead(503).end();
      }
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/carriers/carrier`;
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

export async function startCloudRig(
  options: { cloud?: Partial<CloudParts>; settings?: (settings: WhatsAppSettings) => Partial<WhatsAppSettings> } = {},
) {
  const cloud = await startCloud(options.cloud);
  const settings = cloudSettings(cloud.origin);
  const outgoing = makeOutgoing({ clock: realClock, policy: { allow: ['127.0.0.1/32'] } });
  const ear = new RecordingEar();
  const notices: { state: string; why: string }[] = [];
  const connector = new WhatsAppConnector({
    name: 'carrier',
    settings: { ...settings, ...options.settings?.(settings) },
    clock: realClock,
    outgoing,
    notice: (notice) => void notices.push(notice),
  });
  await connector.start();
  const door = await new TestDoor(connector, ear).start();
  cloud.webhook = door.url;
  return {
    cloud,
    connector,
    ear,
    notices,
    door,
    async close() {
      await connector.stop();
      await cloud.close();
      await door.stop();
      await outgoing.close();
    },
  };
}

/** A text on WhatsApp, from our number. */
export function onWhatsApp(sid: string, text = 'Hello', more: Parameters<typeof submission>[2] = {}) {
  return submission(sid, text, { from: `whatsapp:${OURS}`, to: 'whatsapp:+13125550142', parts: [text], ...more });
}
