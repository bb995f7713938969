/** What a callback says: of a message's status, of an alert, of a trigger that fired. A click says it in JSON. */
import { debuggerParams } from '../domain/alert.ts';
import type { WebhookMethod } from '../domain/inbound.ts';
import type { CallbackWork } from '../store/callback-shapes.ts';
import type { Store } from '../store/store.ts';
import { callbackParams, channelOf } from './callback-plan.ts';
import type { InstallSidOf } from './channel-installs.ts';

export interface CallbackWords {
  method: WebhookMethod;
  params: [name: string, value: string][];
  /** What is kept of them beside the attempt: an alert stays where it is, and nowhere else. */
  kept: [name: string, value: string][];
}

/** `null`: what it was about is gone. */
export type WordsOf = (work: CallbackWork) => Promise<CallbackWords | null>;

export interface WordsParts {
  store?: Pick<Store, 'alert' | 'account'>;
  /** Left out: callbacks do not name their channel's sender. */
  installSidOf?: InstallSidOf;
  onFault(where: string, error: unknown): void;
}

export function makeWords({ store, installSidOf, onFault }: WordsParts): WordsOf {
  async function ofAlert({ accountSid, messageSid }: CallbackWork): Promise<CallbackWords | null> {
    const alert = await store?.alert(accountSid, messageSid);
    const account = await store?.account(accountSid);
    if (!alert || !account) return null;
    const params = debuggerParams(alert, account.ownerSid === accountSid ? null : account.ownerSid);
    return { method: 'POST', params, kept: params.filter(([name]) => name !== 'Payload') };
  }

  /** A callback without it is better than none. */
  async function installOf({ accountSid, payload }: CallbackWork): Promise<string | null> {
    const { from } = payload;
    if (from === null || channelOf(payload) === null) return null;
    try {
      return (await installSidOf?.(accountSid, from)) ?? null;
    } catch (error) {
      onFault('callbacks: sender', error);
      return null;
    }
  }

  return async (work) => {
    const { form, alert, click } = work.payload;
    if (alert) return ofAlert(work);
    if (click) return { method: 'POST', params: [], kept: [] };
    if (form) return { ...form, kept: form.params };
    const params = callbackParams(work, await installOf(work));
    return { method: work.payload.method ?? 'POST', params, kept: params };
  };
}

/** What a callback is about, for people: a status, or what else it tells. */
export function kindOf({ click, alert, form, arrival, status }: CallbackWork['payload']): string {
  return click ? 'click' : alert ? 'alert' : form ? 'trigger' : arrival ? 'inbound' : status;
}
