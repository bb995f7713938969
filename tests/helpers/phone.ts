import type { Answer, Client } from './client.ts';

/** A simulated phone, over the test side. */
export class TestPhone {
  readonly number: string;
  readonly #client: Client;

  constructor(client: Client, number = '+12025550101') {
    this.#client = client;
    this.number = number;
  }

  call(method: string, what: string, body?: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    const path = `/_test/v1/default/phones/${encodeURIComponent(this.number)}/${what}`;
    return this.#client.call(method, path, {
      auth: null,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers }),
    });
  }

  /** Texts, by default to the account's first number, and waits for the app. */
  send(body: string | Record<string, unknown>): Promise<Answer> {
    return this.call('POST', 'send', typeof body === 'string' ? { body } : body);
  }

  /** Newest first. */
  async inbox(): Promise<{ sid: string; from: string; to: string; body: string; channel: string }[]> {
    return (await this.call('GET', 'inbox')).json.messages;
  }

  async optouts(): Promise<{ channel: string; scope: string; peer: string; source: string }[]> {
    return (await this.call('GET', 'optouts')).json.optouts;
  }
}

/** The phone writes first, so that for a day it can be written to on WhatsApp as one likes. */
export async function openWindow(client: Client, number: string, to = 'whatsapp:+12025550100'): Promise<void> {
  const { status, text } = await new TestPhone(client, number).send({ channel: 'whatsapp', to, body: 'Hi' });
  if (status !== 201) throw new Error(`The phone could not write: ${text}`);
}
