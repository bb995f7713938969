/**
 * One bind, kept alive (SMPP 3.4, 2.2 and 7.2). It goes round: connecting → binding → bound → closing → waiting →
 * connecting again, with back-off and jitter, until it is stopped.
 *
 * A submit that was written is answered, or silent (its time is over: an answer may still come and is passed on), or
 * lost with its connection. What was not written never left. A connection on which nothing is heard is asked for a sign
 * of life; without one it is half-open and dropped. While more is heard than the Ear keeps up with, nothing is read.
 */
import type { Clock } from '../../domain/clock.ts';
import { describeStatus, ESME } from '../../wire/smpp/codes.ts';
import { answerToUndecodable, type Pdu, type PduDraft, type PduOf, type Undecodable } from '../../wire/smpp/pdu.ts';
import type { PartFields } from '../../wire/smpp/submit-parts.ts';
import { verdictOfSubmit } from '../../wire/smpp/submit-result.ts';
import { BindRate } from './bind-rate.ts';
import { Connection, type ConnectionEvents } from './connection.ts';
import type { BindNotice, SmppSettings } from './settings.ts';
import { type Answer, Unanswered } from './unanswered.ts';

export type SubmitFields = PartFields & {
  sourceAddrTon: number;
  sourceAddrNpi: number;
  sourceAddr: string;
  destAddrTon: number;
  destAddrNpi: number;
  destinationAddr: string;
  registeredDelivery: number;
  serviceType: string;
  validityPeriod: string;
};

export interface SessionParts {
  /** For people: `tx 1`. */
  name: string;
  role: 'transceiver' | 'transmitter' | 'receiver';
  settings: SmppSettings;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  /** Something may be written: it is bound, or has room again. */
  onRoom: () => void;
  /** It is no longer bound. */
  onLost: () => void;
  /** Resolves to the status that the carrier is answered with. */
  onDeliver: (pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>) => Promise<number>;
  notice: (notice: BindNotice) => void;
  seen?: ConnectionEvents['seen'];
}

type State = 'stopped' | 'waiting' | 'connecting' | 'binding' | 'bound' | 'closing';

/** Heard and not yet committed, at which reading stops; it goes on at half of it. */
const MOST_HEARING = 500;
/** A bind that held for so long has shown that the carrier is well. */
const SETTLED_MS = 10_000;
/** A carrier that unbinds may still answer what it has. */
const LAST_ANSWERS_MS = 2_000;
const UNBIND_MS = 1_000;
const INTERFACE_VERSION = 0x34;

export class Session {
  readonly #parts: SessionParts;
  readonly #clock: Clock;
  readonly #settings: SmppSettings;
  readonly #rate: BindRate;
  readonly #unanswered: Unanswered;
  #state: State = 'stopped';
  #connection: Connection | null = null;
  #sequence = 0;
  #tries = 0;
  #throttleMs: number;
  #boundAt = 0;
  #hearing = 0;
  #isAlarmed = false;
  #isStopping = false;
  #stopping: Promise<void> | null = null;
  #cancelTimer: () => void = () => undefined;
  #quiet: (() => void) | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    this.#throttleMs = parts.settings.throttleMs;
    this.#rate = new BindRate(parts.clock, parts.settings.ratePerSecond);
    this.#unanswered = new Unanswered(parts.clock, parts.settings.responseMs, () => this.#moved());
  }

  get isBound(): boolean {
    return this.#state === 'bound';
  }

  /** Whether answers are awaited. */
  get isWaiting(): boolean {
    return this.#unanswered.size > 0;
  }

  get canSubmit(): boolean {
    return this.#parts.role !== 'receiver';
  }

  /** Submits that the window still holds; 0 while what was written is not taken. */
  get room(): number {
    if (this.#state !== 'bound' || !this.canSubmit || !this.#connection?.isClear) return 0;
    return Math.max(0, this.#settings.window - this.#unanswered.size);
  }

  /** Until its rate lets it write. */
  get waitMs(): number {
    return this.#rate.waitMs();
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    this.#tries = 0;
    this.#connect();
  }

  /** `false`: nothing was written. Else `done` is told once, and after `silent` again if an answer comes yet. */
  submit(fields: SubmitFields, done: (answer: Answer) => void): boolean {
    const sequence = this.#nextSequence();
    // Before it is written: an answer must not be able to come first.
    this.#unanswered.add(sequence, done);
    if (this.#write({ command: 'submit_sm', sequence, ...fields })) {
      this.#rate.take();
      return true;
    }
    this.#unanswered.forget(sequence);
    return false;
  }

  /** The carrier wants it slower: the bind rests, for so long. A whole window that is throttled is one rest. */
  throttle(): number {
    if (this.#rate.pausedMs > 0) return this.#rate.pausedMs;
    this.#rate.pause(this.#throttleMs);
    const paused = this.#throttleMs;
    this.#throttleMs = Math.min(this.#settings.longestThrottleMs, this.#throttleMs * 2);
    return paused;
  }

  /** The carrier takes messages again. */
  ease(): void {
    this.#throttleMs = this.#settings.throttleMs;
  }

  /** The carrier says that this bind is none; `alarm`: and that its credentials are not good. */
  rebind(why: string, alarm: boolean): void {
    this.#isAlarmed ||= alarm;
    this.#connection?.close(why);
  }

  /** Waits for answers to what is out, and to what was heard; then unbinds. */
  stop(): Promise<void> {
    this.#stopping ??= this.#end().finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  }

  async #end(): Promise<void> {
    const before = this.#state;
    const connection = this.#connection;
    this.#cancelTimer();
    if ((before === 'bound' || before === 'closing') && connection) {
      this.#isStopping = true;
      this.#state = 'closing';
      await this.#untilQuiet(this.#settings.stopMs);
      if (this.#connection === connection && connection.isClear) await this.#unbind();
    }
    this.#state = 'stopped';
    this.#isStopping = false;
    connection?.close('stopped');
  }

  #unbind(): Promise<void> {
    this.#write({ command: 'unbind', sequence: this.#nextSequence() });
    return new Promise((resolve) => {
      const cancel = this.#clock.after(UNBIND_MS, resolve);
      this.#quiet = () => {
        cancel();
        this.#quiet = null;
        resolve();
      };
    });
  }

  /** Resolves when nothing is out and nothing is being heard, at the latest after `limitMs`. */
  #untilQuiet(limitMs: number): Promise<void> {
    if (this.#unanswered.size === 0 && this.#hearing === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limitMs, resolve);
      this.#quiet = () => {
        if (this.#connection !== null && (this.#unanswered.size > 0 || this.#hearing > 0)) return;
        cancel();
        this.#quiet = null;
        resolve();
      };
    });
  }

  #connect(): void {
    this.#state = 'connecting';
    const connection: Connection = new Connection(this.#settings, {
      opened: () => this.#bind(),
      pdu: (pdu) => this.#take(pdu, connection),
      seen: this.#parts.seen,
      undecodable: (one) => this.#takeBroken(one),
      drained: () => this.#parts.onRoom(),
      closed: (why) => this.#lose(connection, why),
    });
    this.#connection = connection;
    this.#within(this.#settings.bindTimeoutMs, 'no connection in time');
  }

  #bind(): void {
    const { systemId, password, systemType } = this.#settings;
    this.#state = 'binding';
    const written = this.#write({
      command: `bind_${this.#parts.role}`,
      sequence: this.#nextSequence(),
      systemId,
      password,
      systemType,
      interfaceVersion: INTERFACE_VERSION,
    });
    if (written) this.#within(this.#settings.bindTimeoutMs, 'no answer to the bind');
    else this.#connection?.close('system_id, password or system_type fit no bind');
  }

  #bound(commandStatus: number): void {
    if (this.#state !== 'binding') return;
    if (commandStatus !== ESME.ESME_ROK) {
      const { name, text } = describeStatus(commandStatus);
      // Others pass: bound already, while our last connection is not gone for the carrier yet; or it is too busy.
      const alarm = verdictOfSubmit(commandStatus).kind === 'alarm';
      this.rebind(`the bind was refused: ${name}, ${text}`, alarm);
      return;
    }
    this.#state = 'bound';
    this.#isAlarmed = false;
    this.#boundAt = this.#clock.monotonic();
    this.#watch();
    this.#parts.notice({ state: 'bound', bind: this.#parts.name });
    this.#parts.onRoom();
  }

  /** Half-open connections look like quiet ones, so a quiet one is asked. Its answer begins the next period. */
  #watch(): void {
    const connection = this.#connection;
    if (!connection || this.#state !== 'bound') return;
    const heard = connection.heardOctets;
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(this.#settings.enquireMs, () => {
      // What is not read cannot tell.
      if (connection.isPaused || connection.heardOctets !== heard) {
        this.#watch();
        return;
      }
      const sequence = this.#nextSequence();
      this.#write({ command: 'enquire_link', sequence });
      this.#cancelTimer = this.#clock.after(this.#settings.bindTimeoutMs, () => {
        if (connection.isPaused || connection.heardOctets !== heard) this.#watch();
        else connection.destroy('nothing heard since enquire_link: the connection is half-open');
      });
    });
  }

  #within(limitMs: number, why: string): void {
    this.#cancelTimer();
    const connection = this.#connection;
    this.#cancelTimer = this.#clock.after(limitMs, () => connection?.destroy(why));
  }

  #take(pdu: Pdu, connection: Connection): void {
    switch (pdu.command) {
      case 'bind_transceiver_resp':
      case 'bind_transmitter_resp':
      case 'bind_receiver_resp':
        this.#bound(pdu.commandStatus);
        return;
      case 'submit_sm_resp':
        this.#answer(pdu.sequence, pdu.commandStatus, pdu.messageId);
        return;
      case 'generic_nack':
        // A nack without a status says no all the same.
        if (this.#state === 'binding') this.#bound(pdu.commandStatus || ESME.ESME_RBINDFAIL);
        else this.#answer(pdu.sequence, pdu.commandStatus || ESME.ESME_RUNKNOWNERR, '');
        return;
      case 'deliver_sm':
      case 'data_sm':
        this.#hear(pdu, connection);
        return;
      case 'enquire_link':
        this.#write({ command: 'enquire_link_resp', sequence: pdu.sequence });
        return;
      case 'unbind':
        void this.#leave(pdu.sequence, connection);
        return;
      case 'unbind_resp':
        this.#quiet?.();
        return;
      case 'enquire_link_resp':
        this.#watch();
        return;
      case 'alert_notification':
      case 'outbind':
        return;
      default:
        if (!pdu.command.endsWith('_resp')) {
          this.#write({ command: 'generic_nack', sequence: pdu.sequence, commandStatus: ESME.ESME_RINVCMDID });
        }
        this.#odd(`a ${pdu.command}, which no carrier should send`);
    }
  }

  #takeBroken(one: Undecodable): void {
    this.#odd(`a PDU that could not be read: ${one.reason}`);
    const answer = answerToUndecodable(one);
    if (answer) this.#write(answer);
    // Refusals are read whatever else is in them, so this one said yes: only its id is lost.
    else if (one.command === 'submit_sm_resp') this.#answer(one.sequence, ESME.ESME_ROK, '');
  }

  #answer(sequence: number, commandStatus: number, messageId: string): void {
    if (!this.#unanswered.answer(sequence, { kind: 'answered', commandStatus, messageId })) {
      this.#odd('an answer to nothing that was asked');
    }
  }

  #hear(pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>, connection: Connection): void {
    const { sequence } = pdu;
    const command = pdu.command === 'deliver_sm' ? 'deliver_sm_resp' : 'data_sm_resp';
    this.#hearing += 1;
    if (this.#hearing >= MOST_HEARING && !connection.isPaused) connection.pause();
    void this.#parts.onDeliver(pdu).then((commandStatus) => {
      this.#hearing -= 1;
      // Of a connection that is gone nobody wants an answer: the carrier delivers again.
      if (this.#connection === connection) connection.write({ command, sequence, commandStatus });
      if (connection.isPaused && this.#hearing <= MOST_HEARING / 2) connection.resume();
      this.#quiet?.();
    });
  }

  /** The carrier unbinds: nothing more is written, and its last answers are waited for. */
  async #leave(sequence: number, connection: Connection): Promise<void> {
    if (this.#state === 'bound') {
      this.#state = 'closing';
      this.#cancelTimer();
      await this.#untilQuiet(LAST_ANSWERS_MS);
    }
    if (this.#connection !== connection) return;
    connection.write({ command: 'unbind_resp', sequence });
    connection.close('the carrier unbound');
  }

  #lose(connection: Connection, why: string): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#cancelTimer();
    const isOver = this.#isStopping || this.#state === 'stopped';
    this.#state = isOver ? 'stopped' : 'waiting';
    this.#unanswered.lose(why);
    this.#quiet?.();
    if (isOver) return;
    this.#retry(why);
    this.#parts.onLost();
  }

  #retry(why: string): void {
    const { reconnectMs, longestReconnectMs } = this.#settings;
    if (this.#boundAt > 0 && this.#clock.monotonic() - this.#boundAt > SETTLED_MS) this.#tries = 0;
    this.#boundAt = 0;
    const fullMs = this.#isAlarmed ? longestReconnectMs : Math.min(longestReconnectMs, reconnectMs * 2 ** this.#tries);
    this.#tries = Math.min(16, this.#tries + 1);
    // Half of it by chance: a fleet that lost one carrier must not come back as one.
    const retryMs = Math.round(fullMs * (0.5 + this.#parts.random() / 2));
    this.#parts.notice({ state: 'lost', bind: this.#parts.name, why, retryMs, alarm: this.#isAlarmed });
    this.#isAlarmed = false;
    this.#cancelTimer = this.#clock.after(retryMs, () => this.#connect());
  }

  #moved(): void {
    this.#quiet?.();
    this.#parts.onRoom();
  }

  #odd(what: string): void {
    this.#parts.notice({ state: 'odd', bind: this.#parts.name, why: what });
  }

  #write(draft: PduDraft): boolean {
    return this.#connection?.write(draft) ?? false;
  }

  #nextSequence(): number {
    this.#sequence = this.#sequence >= 0x7fffffff ? 1 : this.#sequence + 1;
    return this.#sequence;
  }
}
