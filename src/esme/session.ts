/**
 * One connection of an ESME and the bind on it (SMPP 3.4, 2.2 and 7.2): open → bound → leaving → closed. Who has not
 * bound in time is dropped; a bind on which nothing is heard is asked for a sign of life, and dropped without one.
 *
 * Requests are worked off side by side and answered as each is done, so answers may come in another order. While more
 * is under way than a session may have, nothing is read. What it is told awaits its answer, or the end of its time.
 *
 * A bind whose key or token is gone serves and hears nothing any more, and ends when that is noticed: by the next request,
 * by the next thing to tell, by a bind that finds no place, else when it would be asked for its sign of life.
 */
import type { Clock } from '../domain/clock.ts';
import { ESME } from '../wire/smpp/codes.ts';
import { answerToUndecodable, type Pdu, type PduDraft, type Undecodable } from '../wire/smpp/pdu.ts';
import type { Desk, Request } from './desk-shapes.ts';
import type { Link } from './link.ts';
import type { DeliverAnswer, DeliverFields, Role, SessionNotice } from './session-shapes.ts';
import type { EsmeServerSettings, EsmeUser } from './settings.ts';
import type { Admission, SignIn } from './sign-in.ts';
import { EsmeTrace, type EsmeTraceParts } from './trace.ts';

export interface SessionParts {
  link: Link;
  clock: Clock;
  settings: Pick<EsmeServerSettings, 'enquireMs' | 'patienceMs' | 'answerMs'>;
  signIn: SignIn;
  desk: Desk;
  /** Frees what places of a user are held with what is good no more. */
  makeRoom(user: EsmeUser): Promise<void>;
  /** Takes its place among the binds of its user; `false`: there are too many. */
  enter(session: Session): boolean;
  /** It has ended, or has room again. */
  moved(session: Session): void;
  notice(notice: SessionNotice): void;
  /** Left out: nothing is kept of its PDUs. */
  trace?: EsmeTraceParts;
}

type BindPdu = Extract<Pdu, { command: 'bind_transmitter' | 'bind_receiver' | 'bind_transceiver' }>;

/** Under way, at which reading stops; it goes on at half of it. */
const MOST_UNDER_WAY = 500;
const MOST_OCTETS_UNDER_WAY = 1_048_576;
const LAST_ANSWERS_MS = 2_000;
const UNBIND_MS = 1_000;
const INTERFACE_VERSION = 0x34;
const DISOWNED = 'what it bound with is good no more';

export class Session {
  readonly #parts: SessionParts;
  readonly #link: Link;
  readonly #clock: Clock;
  #state: 'open' | 'binding' | 'bound' | 'leaving' | 'closed' = 'open';
  #user: EsmeUser | null = null;
  #holds: Admission['holds'] = null;
  #isDisowned = false;
  #role: Role = 'transmitter';
  /** As the ESME told its own; 0x50 knows more than 3.4 does, 0x33 no optional parameters. */
  #version = INTERFACE_VERSION;
  #sequence = 0;
  #underWay = 0;
  #octetsUnderWay = 0;
  #isAsked = false;
  #telling = 0;
  readonly #awaiting = new Map<number, { resolve: (answer: DeliverAnswer) => void; cancel: () => void }>();
  #cancelTimer: () => void;
  #quiet: (() => void) | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#link = parts.link;
    this.#clock = parts.clock;
    this.#cancelTimer = this.#clock.after(parts.settings.patienceMs, () => this.#link.destroy('it never bound'));
    const trace =
      parts.trace && new EsmeTrace(parts.trace, () => ({ user: this.#user, role: this.#role, address: this.address }));
    this.#link.listen({
      seen: trace && ((ours, pdu, octets) => trace.seen(ours, pdu, octets)),
      pdu: (pdu, octets) => this.#take(pdu, octets),
      undecodable: (one) => this.#takeBroken(one),
      closed: (why) => {
        trace?.lost();
        this.#lose(why);
      },
    });
  }

  get user(): EsmeUser | null {
    return this.#user;
  }

  get role(): Role {
    return this.#role;
  }

  get address(): string {
    return this.#link.address;
  }

  /** Whether it may be told something now. */
  get isReceiving(): boolean {
    return this.isBound && this.#role !== 'transmitter';
  }

  get isBound(): boolean {
    return this.#state === 'bound';
  }

  get isDisowned(): boolean {
    return this.#isDisowned;
  }

  get telling(): number {
    return this.#telling;
  }

  /** Ends it when what it bound with is good no more. Never rejects. */
  async probe(): Promise<void> {
    await this.#standing();
  }

  /** Tells it something. Never rejects. */
  async deliver(fields: DeliverFields): Promise<DeliverAnswer> {
    // Before anything is waited for: whoever looks for the bind with the least to answer sees this one.
    this.#telling += 1;
    try {
      return (await this.#standing()) === 'good' && this.isReceiving ? await this.#deliver(fields) : null;
    } finally {
      this.#telling -= 1;
    }
  }

  #deliver(fields: DeliverFields): Promise<DeliverAnswer> {
    const sequence = this.#nextSequence();
    const { tlvs, ...rest } = fields;
    const draft: PduDraft = {
      command: 'deliver_sm',
      sequence,
      ...rest,
      ...(this.#version >= 0x34 && tlvs && { tlvs }),
    };
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#parts.settings.answerMs, () => {
        this.#notice({ state: 'odd', why: 'no answer to a deliver_sm in time' });
        this.#answer(sequence, null);
      });
      // Before it is written: an answer must not be able to come first.
      this.#awaiting.set(sequence, { resolve, cancel });
      if (!this.#link.write(draft)) this.#answer(sequence, null);
    });
  }

  /** Ends it as SMPP has it: what is under way is answered first, within a limit. */
  async leave(): Promise<void> {
    if (this.#state === 'bound') {
      this.#state = 'leaving';
      await this.#untilQuiet(LAST_ANSWERS_MS);
      if (this.#link.write({ command: 'unbind', sequence: this.#nextSequence() })) await this.#untilClosed(UNBIND_MS);
    }
    this.#link.close('stopped');
  }

  #take(pdu: Pdu, octets: number): void {
    switch (pdu.command) {
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        void this.#bind(pdu);
        return;
      case 'enquire_link':
        this.#write({ command: 'enquire_link_resp', sequence: pdu.sequence });
        return;
      case 'deliver_sm_resp':
      case 'data_sm_resp':
        this.#answer(pdu.sequence, { commandStatus: pdu.commandStatus });
        return;
      case 'generic_nack':
        // A nack without a status says no all the same.
        this.#answer(pdu.sequence, { commandStatus: pdu.commandStatus || ESME.ESME_RUNKNOWNERR });
        return;
      case 'unbind':
        void this.#unbind(pdu.sequence);
        return;
      case 'unbind_resp':
        this.#link.close('unbound');
        return;
      case 'submit_sm':
      case 'data_sm':
      case 'submit_multi':
      case 'query_sm':
      case 'cancel_sm':
      case 'replace_sm':
        void this.#serve(pdu, octets);
        return;
      case 'enquire_link_resp':
        if (this.#isAsked && this.isBound) this.#watch();
        return;
      default:
        if (pdu.command.endsWith('_resp')) return;
        this.#write({ command: 'generic_nack', sequence: pdu.sequence, commandStatus: ESME.ESME_RINVCMDID });
        this.#notice({ state: 'odd', why: `a ${pdu.command}, which no ESME should send` });
    }
  }

  #takeBroken(one: Undecodable): void {
    const answer = answerToUndecodable(one);
    if (answer) this.#write(answer);
    if (this.#state === 'open') this.#link.close(`not SMPP: ${one.reason}`);
    else this.#notice({ state: 'odd', why: `a PDU that could not be read: ${one.reason}` });
  }

  async #bind(pdu: BindPdu): Promise<void> {
    const { sequence, systemId, password } = pdu;
    const command = `${pdu.command}_resp` as const;
    if (this.#state !== 'open') {
      this.#write({ command, sequence, commandStatus: ESME.ESME_RALYBND });
      return;
    }
    this.#state = 'binding';
    this.#cancelTimer();
    let admitted: Admission | null;
    try {
      admitted = await this.#parts.signIn.verify({ systemId, password, address: this.address });
    } catch {
      // Who keeps the accounts is away: that passes, and says nothing about the password.
      this.#write({ command, sequence, commandStatus: ESME.ESME_RBINDFAIL });
      this.#link.close('the store could not be asked who it is');
      return;
    }
    if (admitted !== null) await this.#parts.makeRoom(admitted.user);
    if (!this.#link.isOpen) return;
    if (admitted === null) this.#refuse(command, sequence, systemId);
    else this.#admit(admitted, pdu, command);
  }

  #refuse(command: `${BindPdu['command']}_resp`, sequence: number, systemId: string): void {
    this.#parts.notice({
      state: 'refused',
      user: systemId,
      address: this.address,
      why: 'wrong credentials or network',
    });
    this.#cancelTimer = this.#clock.after(this.#parts.signIn.failed(this.address), () => {
      this.#write({ command, sequence, commandStatus: ESME.ESME_RINVPASWD });
      this.#link.close('wrong credentials');
    });
  }

  #admit({ user, holds }: Admission, pdu: BindPdu, command: `${BindPdu['command']}_resp`): void {
    const { sequence, interfaceVersion } = pdu;
    this.#user = user;
    this.#holds = holds;
    this.#role = pdu.command.slice('bind_'.length) as Role;
    // Some leave it 0 and mean the usual.
    this.#version = interfaceVersion || INTERFACE_VERSION;
    if (!this.#parts.enter(this)) {
      this.#notice({ state: 'refused', why: 'it has all its binds' });
      this.#user = null;
      this.#write({ command, sequence, commandStatus: ESME.ESME_RALYBND });
      this.#link.close('too many binds');
      return;
    }
    this.#state = 'bound';
    const tlvs = this.#version >= INTERFACE_VERSION ? { scInterfaceVersion: INTERFACE_VERSION } : {};
    this.#write({ command, sequence, systemId: 'Pidge', tlvs });
    this.#notice({ state: 'bound', role: this.#role });
    this.#watch();
    this.#parts.moved(this);
  }

  /** Half-open connections look like quiet ones, so a quiet one is asked. Its answer begins the next period. */
  #watch(): void {
    this.#isAsked = false;
    const { enquireMs, patienceMs } = this.#parts.settings;
    const link = this.#link;
    const heard = link.heardOctets;
    // What is not read cannot tell.
    const isAlive = () => link.isPaused || link.heardOctets !== heard;
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(enquireMs, () => {
      void this.#standing();
      if (isAlive()) {
        this.#watch();
        return;
      }
      this.#isAsked = true;
      this.#write({ command: 'enquire_link', sequence: this.#nextSequence() });
      this.#cancelTimer = this.#clock.after(patienceMs, () => {
        if (isAlive()) this.#watch();
        else link.destroy('nothing heard since enquire_link: the connection is half-open');
      });
    });
  }

  async #serve(pdu: Request, octets: number): Promise<void> {
    const user = this.#user;
    const command = `${pdu.command}_resp` as const;
    const isSubmit = pdu.command === 'submit_sm' || pdu.command === 'data_sm' || pdu.command === 'submit_multi';
    if (this.#state !== 'bound' || user === null || (isSubmit && this.#role === 'receiver')) {
      // What comes while we say goodbye is welcome on the next bind.
      const goodbye = this.#isDisowned ? ESME.ESME_RBINDFAIL : ESME.ESME_RSYSERR;
      const commandStatus = this.#state === 'leaving' ? goodbye : ESME.ESME_RINVBNDSTS;
      this.#write({ command, sequence: pdu.sequence, commandStatus } as PduDraft);
      return;
    }
    this.#underWay += 1;
    this.#octetsUnderWay += octets;
    if (this.#isFull) this.#link.hold(true);
    const standing = await this.#standing();
    if (standing === 'good') this.#write(await this.#parts.desk.serve(user, pdu, this.#version));
    else {
      const commandStatus = standing === 'gone' ? ESME.ESME_RBINDFAIL : ESME.ESME_RSYSERR;
      this.#write({ command, sequence: pdu.sequence, commandStatus } as PduDraft);
    }
    this.#underWay -= 1;
    this.#octetsUnderWay -= octets;
    if (this.#underWay <= MOST_UNDER_WAY / 2 && this.#octetsUnderWay <= MOST_OCTETS_UNDER_WAY / 2) {
      this.#link.hold(false);
    }
    this.#quiet?.();
  }

  /** Whether what it bound with is good still; the bind ends when it is not. `unknown`: the store could not be asked. */
  async #standing(): Promise<'good' | 'gone' | 'unknown'> {
    try {
      if (this.#holds === null || (await this.#holds())) return 'good';
    } catch {
      // That passes: until it has, nothing is taken and nothing is told.
      return 'unknown';
    }
    this.#isDisowned = true;
    if (this.#state === 'bound') void this.leave();
    return 'gone';
  }

  get #isFull(): boolean {
    return this.#underWay >= MOST_UNDER_WAY || this.#octetsUnderWay >= MOST_OCTETS_UNDER_WAY;
  }

  /** The ESME unbinds: it is told nothing more, and gets the answers that it waits for. */
  async #unbind(sequence: number): Promise<void> {
    if (this.#state === 'bound') {
      this.#state = 'leaving';
      await this.#untilQuiet(LAST_ANSWERS_MS);
    }
    this.#write({ command: 'unbind_resp', sequence });
    this.#link.close('the ESME unbound');
  }

  #untilQuiet(limitMs: number): Promise<void> {
    return this.#until(() => this.#underWay === 0 && this.#awaiting.size === 0, limitMs);
  }

  #untilClosed(limitMs: number): Promise<void> {
    return this.#until(() => false, limitMs);
  }

  #until(done: () => boolean, limitMs: number): Promise<void> {
    if (done() || this.#state === 'closed') return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limitMs, resolve);
      this.#quiet = () => {
        if (!done() && this.#state !== 'closed') return;
        cancel();
        this.#quiet = null;
        resolve();
      };
    });
  }

  #answer(sequence: number, answer: DeliverAnswer): void {
    const awaited = this.#awaiting.get(sequence);
    if (!awaited) return;
    this.#awaiting.delete(sequence);
    awaited.cancel();
    awaited.resolve(answer);
    this.#quiet?.();
  }

  #lose(why: string): void {
    const wasBound = this.#user !== null;
    this.#state = 'closed';
    this.#cancelTimer();
    if (wasBound) this.#notice({ state: 'lost', why: this.#isDisowned ? DISOWNED : why });
    this.#parts.moved(this);
    for (const sequence of [...this.#awaiting.keys()]) this.#answer(sequence, null);
    this.#quiet?.();
  }

  #notice(notice: Omit<SessionNotice, 'user' | 'address'>): void {
    this.#parts.notice({ user: this.#user?.name ?? '', address: this.address, ...notice });
  }

  #write(draft: PduDraft): void {
    this.#link.write(draft);
  }

  #nextSequence(): number {
    this.#sequence = this.#sequence >= 0x7fffffff ? 1 : this.#sequence + 1;
    return this.#sequence;
  }
}
