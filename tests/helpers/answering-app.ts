import type { PidgeEvent } from '../../src/domain/events.ts';
import type { Message } from '../../src/domain/message.ts';
import { AppHost } from './app-host.ts';
import { startTestPidge, type TestPidge } from './pidge.ts';
import { TalkingCarrier } from './talking-carrier.ts';

export const NUMBER = '+12025550100';
export const PHONE = '+13125550142';

/** A server whose number asks an app at `/sms` how to answer, and a carrier that brings texts to it. */
export interface Answering {
  pidge: TestPidge;
  app: AppHost;
  carrier: TalkingCarrier;
  events: PidgeEvent[];
  /** Texts the number and resolves with the message once it is answered. */
  text(body?: string, more?: { from?: string; to?: string }): Promise<Message>;
  /** Texts, and does not wait for an answer. */
  hear(body?: string, more?: { from?: string; to?: string }): Promise<Message>;
  message(sid: string): Promise<Message | null>;
  /** What was ordered so far, in its order. */
  replies(): Promise<Message[]>;
  /** Codes, in their order. */
  alerts(): number[];
  /** Gives a number other properties. */
  configure(properties: Record<string, unknown>, address?: string): Promise<void>;
  close(): Promise<void>;
}

export async function startAnswering(options: Parameters<typeof startTestPidge>[0] = {}): Promise<Answering> {
  const app = await new AppHost().start();
  const carrier = new TalkingCarrier();
  const events: PidgeEvent[] = [];
  const pidge = await startTestPidge({
    ...options,
    connectors: () => [carrier],
    observe: (event) => events.push(event),
  });
  const { store } = pidge.running;
  const accountSid = pidge.account.sid;
  const wait = options.clock === 'hand-wound' ? pidge.wind : pidge.until;
  const message = (sid: string) => store.message(accountSid, sid);

  async function configure(properties: Record<string, unknown>, address = NUMBER): Promise<void> {
    const sender = await store.senderByAddress(address);
    if (!sender) throw new Error(`Nobody has ${address}`);
    await store.saveSender({ ...sender, properties: { ...sender.properties, ...properties } });
  }

  async function hear(body = 'Hello', { from = PHONE, to = NUMBER } = {}): Promise<Message> {
    const before = events.length;
    await carrier.hear(from, to, body);
    const received = events.slice(before).find((event) => event.type === 'inbound.received');
    const found = received && (await message(received.sid));
    if (!found) throw new Error('It was not taken in');
    return found;
  }

  await configure({ sms_url: `${app.origin}/sms`, sms_method: 'POST' });
  return {
    pidge,
    app,
    carrier,
    events,
    hear,
    async text(body, more) {
      const { sid } = await hear(body, more);
      // Told after the commit, and after everything else that is told of it.
      const isDone = (event: PidgeEvent) =>
        event.type === 'message.status' && event.sid === sid && event.status === 'received';
      await wait(async () => events.some(isDone));
      const found = await message(sid);
      if (!found) throw new Error('It is gone');
      return found;
    },
    message,
    async replies() {
      const sids = events.flatMap((event) =>
        event.type === 'message.accepted' && event.direction === 'outbound-reply' ? [event.sid] : [],
      );
      const found = await Promise.all(sids.map(message));
      return found.flatMap((one) => (one ? [one] : []));
    },
    alerts: () => events.flatMap((event) => (event.type === 'alert' ? [event.code] : [])),
    configure,
    async close() {
      await pidge.close();
      await app.stop();
    },
  };
}
