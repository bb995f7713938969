/**
 * The staircase to a carrier of SMPP: the steps on which a message would leave, each tried alone and told apart, beside
 * whatever else is bound. The first that fails ends it, with its likely causes. Nothing is sent unless somebody says to
 * whom.
 */

import { parseSender } from '../../domain/address.ts';
import { realClock } from '../../domain/clock.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { ESME } from '../../wire/smpp/codes.ts';
import { readInbound } from '../../wire/smpp/inbound.ts';
import type { Pdu } from '../../wire/smpp/pdu.ts';
import { type CarrierReceipt, idForms } from '../../wire/smpp/receipt.ts';
import { outcomeOfReceipt } from '../../wire/smpp/receipt-outcome.ts';
import { fieldsOf } from '../smpp/job.ts';
import type { SmppSettings } from '../smpp/settings.ts';
import type { Failure } from './causes.ts';
import { bindFailure, channelFailure, linkFailure, receiptFailure, SMPP_WORDS, submitFailure } from './causes-smpp.ts';
import { climbGround, failed, ok, type StaircaseOptions, type Step, skipped, submissionOf, unsent } from './ground.ts';
import { type Delivered, TestLink } from './link.ts';

const LINKS = 3;

/** Steps as they are done. What SMPP cannot carry is said before anything is tried. */
export async function* climbSmpp(settings: SmppSettings, options: StaircaseOptions): AsyncGenerator<Step> {
  const foreign = [options.to, options.from].find((one) => one !== undefined && parseSender(one)?.kind === 'channel');
  if (foreign !== undefined) {
    yield failed('submit', channelFailure(foreign));
    return;
  }
  const { host, port, tls, bindTimeoutMs: limitMs } = settings;
  const clear = 'in the clear: connectors.tls is false, so text and password can be read on the way';
  if (!(yield* climbGround({ host, port, tls, limitMs, clear, words: SMPP_WORDS }))) return;
  yield* bound(settings, options, limitMs);
}

async function* bound(settings: SmppSettings, options: StaircaseOptions, limitMs: number): AsyncGenerator<Step> {
  const receipts = new Receipts(settings);
  const roles = settings.bindMode === 'pair' ? (['transmitter', 'receiver'] as const) : ([settings.bindMode] as const);
  const links: TestLink[] = [];
  const deafen = options.elsewhere?.((receipt) => receipts.note(receipt));
  try {
    for (const role of roles) {
      const link = new TestLink(settings, (pdu) => receipts.take(pdu));
      links.push(link);
      const { systemId, password, systemType } = settings;
      const fields = { systemId, password, systemType, interfaceVersion: 0x34 };
      const answer = await link.ask({ command: `bind_${role}`, ...fields }, limitMs);
      const refused = answer.kind === 'ended' ? bindFailure(null, answer.why) : bindFailureOf(answer.pdu);
      if (refused) {
        yield failed('bind', refused);
        return;
      }
      if (answer.kind === 'pdu') yield ok('bind', `bound as ${role}${namedBy(answer.pdu)}`, answer.ms);
    }
    const [link] = links;
    if (!link) return;
    const times: number[] = [];
    for (let count = 0; count < LINKS; count += 1) {
      const answer = await link.ask({ command: 'enquire_link' }, limitMs);
      if (answer.kind === 'ended') {
        yield failed('link', linkFailure(answer.why));
        return;
      }
      times.push(answer.ms);
    }
    times.sort((one, other) => one - other);
    yield ok('link', `enquire_link answered ${LINKS} times`, times[Math.floor(LINKS / 2)] ?? 0);
    yield* submitted(link, receipts, settings, options);
  } finally {
    deafen?.();
    await Promise.all(links.map((link) => link.close(1_000)));
  }
}

async function* submitted(
  link: TestLink,
  receipts: Receipts,
  settings: SmppSettings,
  options: StaircaseOptions,
): AsyncGenerator<Step> {
  const submission = submissionOf(options);
  if (submission === null) return yield* unsent(options);
  const fields = fieldsOf(submission, 1, settings, realClock.now());
  if (!Array.isArray(fields)) {
    const note = 'note' in fields ? fields.note : undefined;
    yield failed('submit', { text: note ?? 'it has no form on SMPP', causes: [], fault: 'usage' });
    return;
  }
  let ms = 0;
  for (const part of fields) {
    const answer = await link.ask({ command: 'submit_sm', ...part }, settings.responseMs);
    const pdu = answer.kind === 'pdu' ? answer.pdu : null;
    if (pdu?.command !== 'submit_sm_resp' || pdu.commandStatus !== ESME.ESME_ROK) {
      const why = answer.kind === 'ended' ? answer.why : '';
      yield failed('submit', submitFailure(pdu?.commandStatus ?? null, why));
      return;
    }
    receipts.await(pdu.messageId);
    ms = answer.kind === 'pdu' ? answer.ms : ms;
  }
  yield ok(
    'submit',
    `${fields.length} segment${fields.length === 1 ? '' : 's'} taken as ${receipts.ids.join(', ')}`,
    ms,
  );
  if (settings.bindMode === 'transmitter') {
    yield skipped('receipt', 'a transmitter hears none');
    return;
  }
  const startedAt = realClock.monotonic();
  const text = await receipts.all(options.waitMs);
  if (text === null) yield ok('receipt', 'delivered', realClock.monotonic() - startedAt);
  else yield failed('receipt', receiptFailure(text, receipts.isOpen));
}

/** Receipts of what the test has sent. */
class Receipts {
  readonly ids: string[] = [];
  readonly #settings: SmppSettings;
  readonly #heard: CarrierReceipt[] = [];
  readonly #noted: Receipt[] = [];
  #look: () => void = () => undefined;

  constructor(settings: SmppSettings) {
    this.#settings = settings;
  }

  await(id: string): void {
    this.ids.push(id);
  }

  /** Whether some are missing. */
  get isOpen(): boolean {
    return this.#missing().length > 0;
  }

  /** Only what is ours is taken: everything else is some server's. */
  take(pdu: Delivered): boolean {
    const { defaultAlphabet, binaryAs, receiptsByText } = this.#settings;
    const read = readInbound(pdu, { defaultAlphabet, binaryAs, receiptsByText });
    if (read.kind !== 'receipt' || !this.#isOurs(read.receipt.id)) return false;
    this.#heard.push(read.receipt);
    this.#look();
    return true;
  }

  /** Carriers bring receipts to any bind of the account, so also to those of a running server. */
  note(receipt: Receipt): void {
    if (!this.#isOurs(receipt.carrierId)) return;
    this.#noted.push(receipt);
    this.#look();
  }

  /** `null`: all delivered; else what is wrong. */
  async all(waitMs: number): Promise<string | null> {
    await new Promise<void>((resolve) => {
      const cancel = realClock.after(waitMs, resolve);
      this.#look = () => {
        if (this.#missing().length > 0 && this.#badWords() === null) return;
        cancel();
        resolve();
      };
      this.#look();
    });
    const bad = this.#badWords();
    if (bad !== null) return `the receipt says ${bad}`;
    const left = this.#missing();
    return left.length === 0
      ? null
      : `no receipt for ${left.join(', ')} within ${waitMs < 1_000 ? `${waitMs} ms` : `${waitMs / 1_000} s`}`;
  }

  #isOurs(id: string | null): boolean {
    return this.ids.some((sent) => isSame(id, sent));
  }

  #missing(): string[] {
    return this.ids.filter(
      (sent) =>
        !this.#noted.some(({ carrierId }) => isSame(carrierId, sent)) &&
        !this.#heard.some((one) => isSame(one.id, sent) && outcomeOfReceipt(one).kind !== 'pending'),
    );
  }

  #badWords(): string | null {
    const heard = this.#heard.find((one) => outcomeOfReceipt(one).kind === 'undelivered');
    if (heard) return `${heard.stateWord ?? 'nothing known'}${heard.err ? `, err ${heard.err}` : ''}`;
    const noted = this.#noted.find(({ state }) => state === 'undelivered');
    return noted ? `undelivered, ${noted.errorCode ?? 'without a reason'}` : null;
  }
}

function isSame(id: string | null, sent: string): boolean {
  const forms = idForms(sent);
  return id !== null && idForms(id).some((form) => forms.includes(form));
}

function bindFailureOf(pdu: Pdu): Failure | null {
  // A nack without a status says no all the same.
  const commandStatus = pdu.command === 'generic_nack' ? pdu.commandStatus || ESME.ESME_RBINDFAIL : pdu.commandStatus;
  return commandStatus === ESME.ESME_ROK ? null : bindFailure(commandStatus, '');
}

function namedBy(pdu: Pdu): string {
  return 'systemId' in pdu && pdu.systemId !== '' ? ` of "${pdu.systemId}"` : '';
}
