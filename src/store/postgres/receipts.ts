import { foldParts, type PartState } from '../../domain/message.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Walker } from '../rows.ts';
import type { Received } from '../store.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';

/**
 * Receipts, by the rules told in `sql/receipts.ts`. One that is parked while the part it belongs to is being written
 * elsewhere would wait for ever, so both sides hold the carrier's lock: settlements of one connector take turns, with
 * each other and with receipts that overtake them. A receipt whose part is known waits for nobody.
 */
const PARKED_ROWS = 100_000;
const PARKED_MS = 72 * 3_600_000;
/** Unknown error: what an undelivered part without a code ends with. */
const UNKNOWN_ERROR = 30008;
/** Class of our advisory locks. */
const CARRIER_LOCK = 7_670;

interface CarrierKey {
  connector: string;
  carrierId: string;
}

interface Part extends CarrierKey {
  accountSid: string;
  messageSid: string;
  part: number;
  state: PartState['state'];
  errorCode: number | null;
}

export async function lockCarriers(batch: Batch, connectors: string[]): Promise<void> {
  for (const connector of [...new Set(connectors)].sort()) {
    await batch.query(`select pg_advisory_xact_lock(${CARRIER_LOCK}, hashtext($1))::text`, [connector]);
  }
}

export async function receive(batch: Batch, receipts: Receipt[], now: number): Promise<Received[]> {
  // Before anything else is locked, as everybody does. What is unknown is looked for again under the lock.
  await lockCarriers(batch, await carriersOfUnknown(batch, receipts));
  const desk = await Desk.open(batch, receipts, now);
  const answers = receipts.map((receipt) => desk.apply(receipt));
  const strangers = receipts.filter((_, index) => answers[index] === null);
  const parked = strangers.length > 0 ? await park(batch, strangers, now) : [];
  await desk.write();
  return answers.map((answer) => answer ?? parked.shift() ?? { kind: 'ignored' });
}

/** Connectors of the receipts that have no part yet. A part that is known stays so until its message is forgotten. */
async function carriersOfUnknown(batch: Batch, receipts: Receipt[]): Promise<string[]> {
  const columns = new Columns(2);
  for (const { connector, carrierId } of receipts) columns.push(connector, carrierId);
  const rows = await batch.query(
    `select distinct k.connector from unnest($1::text[], $2::text[]) k (connector, carrier_id)
     where not exists (select 1 from parts p where p.connector = k.connector and p.carrier_id = k.carrier_id)`,
    columns.values,
  );
  return rows.map(([connector]) => connector as string);
}

/** Applies what was parked for parts that have just become known. */
export async function claimParked(batch: Batch, keys: CarrierKey[], now: number): Promise<void> {
  if (keys.length === 0) return;
  const columns = new Columns(2);
  for (const { connector, carrierId } of keys) columns.push(connector, carrierId);
  const rows = await batch.query(
    `delete from parked p using unnest($1::text[], $2::text[]) u (connector, carrier_id)
     where p.connector = u.connector and p.carrier_id = u.carrier_id
     returning p.id, p.connector, p.carrier_id, p.state, p.error_code, p.done_date, p.at`,
    columns.values,
  );
  const receipts = rows
    .filter((row) => (row[6] as number) >= now - PARKED_MS)
    .sort((a, b) => (a[0] as number) - (b[0] as number))
    .map(([, connector, carrierId, state, errorCode, doneDate]): Receipt => {
      const receipt: Receipt = {
        connector: connector as string,
        carrierId: carrierId as string,
        state: state as Receipt['state'],
      };
      if (errorCode !== null) receipt.errorCode = errorCode as number;
      if (doneDate !== null) receipt.doneDate = doneDate as string;
      return receipt;
    });
  if (receipts.length === 0) return;
  const desk = await Desk.open(batch, receipts, now);
  for (const receipt of receipts) desk.apply(receipt);
  await desk.write();
}

/** The parts that a batch of receipts is about, with all their siblings, while their messages are locked. */
class Desk {
  readonly #batch: Batch;
  readonly #now: number;
  readonly #byKey = new Map<string, Part>();
  readonly #byMessage = new Map<string, Part[]>();
  readonly #changed = new Set<Part>();

  private constructor(batch: Batch, now: number) {
    this.#batch = batch;
    this.#now = now;
  }

  static async open(batch: Batch, receipts: Receipt[], now: number): Promise<Desk> {
    const desk = new Desk(batch, now);
    const columns = new Columns(2);
    for (const { connector, carrierId } of receipts) columns.push(connector, carrierId);
    const found = await batch.query(
      `select distinct p.account_sid, p.message_sid from unnest($1::text[], $2::text[]) k (connector, carrier_id)
       join parts p on p.connector = k.connector and p.carrier_id = k.carrier_id`,
      columns.values,
    );
    if (found.length === 0) return desk;
    await batch.load(found.map(([accountSid, sid]) => ({ accountSid: accountSid as string, sid: sid as string })));
    // Read after the messages are locked: another node may just have changed a sibling.
    const messages = new Columns(2);
    for (const [accountSid, sid] of found) messages.push(accountSid, sid);
    const rows = await batch.query(
      `select p.account_sid, p.connector, p.carrier_id, p.message_sid, p.part, p.state, p.error_code
       from unnest($1::text[], $2::text[]) k (account_sid, message_sid)
       join parts p on p.account_sid = k.account_sid and p.message_sid = k.message_sid order by p.message_sid, p.part`,
      messages.values,
    );
    for (const [accountSid, connector, carrierId, messageSid, part, state, errorCode] of rows) {
      desk.#add({
        accountSid: accountSid as string,
        connector: connector as string,
        carrierId: carrierId as string,
        messageSid: messageSid as string,
        part: part as number,
        state: state as Part['state'],
        errorCode: errorCode as number | null,
      });
    }
    return desk;
  }

  /** `null`: no such part. */
  apply(receipt: Receipt): Received | null {
    const part = this.#byKey.get(keyOf(receipt));
    if (!part) return null;
    const message = this.#batch.message(part.messageSid);
    if (!message) return { kind: 'ignored' };
    const siblings = this.#byMessage.get(part.messageSid) ?? [];
    const doneDate = receipt.doneDate ?? null;
    if (receipt.state === 'read') {
      // Who has read it has it: what parts were still open are delivered.
      const read = this.#batch.advance(message, 'read', this.#now, { note: receipt.carrierId, doneDate });
      if (!read) return { kind: 'ignored' };
      for (const one of siblings) if (one.state === 'pending') this.#set(one, 'delivered', null);
      return applied(message);
    }
    if (part.state !== 'pending') return { kind: 'ignored' };
    this.#set(part, receipt.state, receipt.state === 'undelivered' ? (receipt.errorCode ?? UNKNOWN_ERROR) : null);
    const folded = foldParts(siblings.map(stateOf));
    if (!folded) return { kind: 'applied', message: null };
    const details = folded.event === 'reject' ? { errorCode: folded.errorCode } : {};
    const note = { note: receipt.carrierId, doneDate, ...details };
    const stepped = this.#batch.advance(message, folded.event, this.#now, note);
    return stepped ? applied(message) : { kind: 'applied', message: null };
  }

  async write(): Promise<void> {
    if (this.#changed.size === 0) return;
    const columns = new Columns(6);
    for (const { accountSid, connector, carrierId, messageSid, state, errorCode } of this.#changed) {
      columns.push(accountSid, connector, carrierId, messageSid, state, errorCode);
    }
    // A carrier that uses the id again may just have given it to a newer message, whose part this is then.
    await this.#batch.query(
      `update parts p set state = u.state, error_code = u.error_code
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])
         u (account_sid, connector, carrier_id, message_sid, state, error_code)
       where p.account_sid = u.account_sid and p.connector = u.connector and p.carrier_id = u.carrier_id
         and p.message_sid = u.message_sid`,
      columns.values,
    );
  }

  #add(part: Part): void {
    this.#byKey.set(keyOf(part), part);
    const siblings = this.#byMessage.get(part.messageSid);
    if (siblings) siblings.push(part);
    else this.#byMessage.set(part.messageSid, [part]);
  }

  #set(part: Part, state: Part['state'], errorCode: number | null): void {
    part.state = state;
    part.errorCode = errorCode;
    this.#changed.add(part);
  }
}

function keyOf({ connector, carrierId }: CarrierKey): string {
  return `${connector}\n${carrierId}`;
}

function stateOf({ state, errorCode }: Part): PartState {
  return state === 'undelivered' ? { state, errorCode: errorCode ?? UNKNOWN_ERROR } : { state };
}

function applied({ sid, accountSid, status, errorCode, createdAt }: Walker): Received {
  return { kind: 'applied', message: { sid, accountSid, status, errorCode, createdAt } };
}

async function park(batch: Batch, receipts: Receipt[], now: number): Promise<Received[]> {
  const keys = new Columns(2);
  for (const { connector, carrierId } of receipts) keys.push(connector, carrierId);
  const rows = await batch.query(
    `select p.connector, p.carrier_id, p.state from unnest($1::text[], $2::text[]) k (connector, carrier_id)
     join parked p on p.connector = k.connector and p.carrier_id = k.carrier_id`,
    keys.values,
  );
  const known = new Set(rows.map((row) => row.join('\n')));
  const columns = new Columns(5);
  const answers = receipts.map(({ connector, carrierId, state, errorCode, doneDate }): Received => {
    const key = [connector, carrierId, state].join('\n');
    if (known.has(key)) return { kind: 'ignored' };
    known.add(key);
    columns.push(connector, carrierId, state, errorCode ?? null, doneDate ?? null);
    return { kind: 'parked' };
  });
  if (columns.size > 0) {
    await batch.query(
      `insert into parked (connector, carrier_id, state, error_code, done_date, at)
       select u.*, $6 from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[]) u`,
      [...columns.values, now],
    );
    await boundParked(batch, now);
  }
  return answers;
}

/** Oldest go first, by age and then by number: a carrier of garbage must not fill the disk. */
async function boundParked(batch: Batch, now: number): Promise<void> {
  await batch.query('delete from parked where at < $1', [now - PARKED_MS]);
  const [row] = await batch.query('select count(*) from parked');
  const rows = row?.[0] as number;
  if (rows <= PARKED_ROWS) return;
  await batch.query('delete from parked where id = any (array(select id from parked order by id limit $1))', [
    rows - PARKED_ROWS,
  ]);
}
