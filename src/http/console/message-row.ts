/** A message as the console lists it: the API's own resource, and what a row shows beside that. */
import { isoMs } from '../../domain/dates.ts';
import { chooseEncoding, type Encoding } from '../../domain/encoding.ts';
import { listedAt, type Message } from '../../domain/message.ts';
import { smartEncode } from '../../domain/smart-encoding.ts';
import type { Account, Document } from '../../store/directory.ts';
import type { Store } from '../../store/store.ts';
import type { Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { renderMessage } from '../render.ts';

/** Renders messages of one account; what it has looked up of services it keeps. */
export class RowMaker {
  readonly #store: Store;
  readonly #account: Account;
  readonly #shownDefault: string | null;
  readonly #names = new Map<string, string | null>();

  constructor({ context, account }: Call) {
    this.#store = context.store;
    this.#account = account;
    this.#shownDefault = context.settings.defaultServiceSid === 'null' ? null : account.defaultServiceSid;
  }

  async rows(messages: Message[]): Promise<Resource[]> {
    const scheduled = messages.filter(({ status }) => status === 'scheduled').map(({ sid }) => sid);
    const times = await this.#store.releaseTimes(this.#account.sid, scheduled);
    for (const { serviceSid } of messages) await this.serviceName(serviceSid);
    return messages.map((message) => this.#row(message, times.get(message.sid) ?? null));
  }

  /** `null`: the message names no service, or one that is gone. */
  async serviceName(serviceSid: string | null): Promise<string | null> {
    if (serviceSid === null) return null;
    const known = this.#names.get(serviceSid);
    if (known !== undefined) return known;
    const name = nameOf(await this.#store.document(this.#account.sid, 'service', serviceSid));
    this.#names.set(serviceSid, name);
    return name;
  }

  #row(message: Message, sendAt: number | null): Resource {
    const { status, serviceSid, numMedia } = message;
    return {
      ...renderMessage(message, { defaultServiceSid: this.#shownDefault, fresh: false }),
      service_name: serviceSid === null ? null : (this.#names.get(serviceSid) ?? null),
      encoding: encodingOf(message),
      has_media: numMedia > 0,
      is_scheduled: status === 'scheduled',
      send_at: isoMs(sendAt),
      is_redacted: isRedacted(message),
      listed_at: isoMs(listedAt(message)),
      created_at: isoMs(message.createdAt),
      updated_at: isoMs(message.updatedAt),
      sent_at: isoMs(message.sentAt),
    };
  }
}

export function nameOf(service: Document | null): string | null {
  const name = service?.properties.friendly_name;
  return typeof name === 'string' ? name : null;
}

/** The text as it goes on the air. */
function leavingText({ body, smartEncoded }: Message): string {
  return smartEncoded ? smartEncode(body) : body;
}

/** `null`: there is no text to tell it by. */
function encodingOf(message: Message): Encoding | null {
  return message.body === '' ? null : chooseEncoding(leavingText(message));
}

/** It had a text or files once, and has no text now: redacted, or its content was not to be kept. */
export function isRedacted({ body, numSegments, numMedia }: Message): boolean {
  return body === '' && numMedia === 0 && numSegments > 0;
}
