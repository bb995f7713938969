/** The script file of `pidge smsc` (TOML), and its flags, to how the carrier behaves. Every problem is named at once. */
import { parse, TomlError } from 'smol-toml';
import type { KeyType } from '../config-keys.ts';
import { readValue, type Value } from '../config-values.ts';
import { type Address, parseSender, parseTo } from '../domain/address.ts';
import { nearest } from '../domain/nearest.ts';
import { ANSWERS, type Deed, ID_FORMS, RECEIPT_WAYS, type Rule, type SmscPlay } from '../simulator/smsc-play.ts';
import { RECEIPT_STATES } from '../simulator/smsc-receipts.ts';
import { toWireAddress } from '../wire/smpp/addresses.ts';
import { ESME } from '../wire/smpp/codes.ts';
import type { Concatenation } from '../wire/smpp/submit-parts.ts';

/** A text that the carrier brings, so many times. */
export interface InboundPlan {
  from: string;
  to: string;
  text: string;
  afterMs: number;
  everyMs: number;
  count: number;
  long: Concatenation;
}

/** An end of all connections: asked for, or just so. */
export interface CutPlan {
  afterMs: number;
  everyMs: number;
  count: number;
  how: 'unbind' | 'close';
}

export interface SmscOptions {
  host: string;
  port: number;
  tls: { cert: string; key: string } | null;
  play: SmscPlay;
  inbound: InboundPlan[];
  cuts: CutPlan[];
}

const DAY_MS = 86_400_000;
const text: KeyType = { kind: 'string' };
const duration: KeyType = { kind: 'duration', maxMs: DAY_MS };
const int = (min: number, max: number): KeyType => ({ kind: 'int', min, max });
const oneOf = (values: readonly string[]): KeyType => ({ kind: 'enum', values: [...values] });

interface Shape {
  keys: Record<string, KeyType>;
  needs: string[];
  /** Of texts that are read: what is allowed instead; `null`: it is fine. */
  judges: Record<string, (written: string) => string | null>;
}

const DEED_KEYS: Record<string, KeyType> = {
  status: text,
  answer: oneOf(ANSWERS),
  answer_after: duration,
  receipt: oneOf(RECEIPT_WAYS),
  receipt_after: duration,
  receipt_spread: duration,
  receipt_form: oneOf(['text', 'tlv', 'both']),
  stat: oneOf(RECEIPT_STATES),
  err: text,
};
const TOP_KEYS: Record<string, KeyType> = {
  host: text,
  port: int(0, 65_535),
  tls_cert: text,
  tls_key: text,
  system_id: text,
  password: text,
  binds: int(1, 1_000),
  rate: int(1, 100_000),
  ids: oneOf(ID_FORMS),
  receipt_ids: oneOf(ID_FORMS),
  seed: int(0, 2 ** 32 - 1),
  ...DEED_KEYS,
};
const REPEATED: Record<string, KeyType> = { after: duration, every: duration, count: int(1, 1_000_000) };
const TOP: Shape = { keys: TOP_KEYS, needs: [], judges: { status: judgeStatus } };
const TABLES: Record<string, Shape> = {
  rules: {
    keys: { from: text, to: text, every: int(1, 1_000_000), percent: int(1, 100), ...DEED_KEYS },
    needs: [],
    judges: { from: judgeSenderPattern, to: judgeRecipientPattern, status: judgeStatus },
  },
  inbound: {
    keys: { from: text, to: text, text, long: oneOf(['udh-8', 'udh-16', 'sar', 'payload']), ...REPEATED },
    needs: ['from', 'to', 'text'],
    judges: { from: judgePhone, to: judgeNumber },
  },
  cuts: { keys: { how: oneOf(['unbind', 'close']), ...REPEATED }, needs: [], judges: {} },
};
type Row = Record<string, Value>;

/** `flags`: over the same keys of the file. What is wrong goes into `problems`, and then nothing answered counts. */
export function readScript(
  file: { name: string; text: string } | null,
  flags: Record<string, string | undefined>,
  problems: string[],
): SmscOptions {
  const root = file ? parsed(file, problems) : {};
  const tables: Record<string, Row[]> = {};
  for (const [name, shape] of Object.entries(TABLES)) {
    const written = root[name] ?? [];
    if (!Array.isArray(written)) problems.push(`${file?.name}: write [[${name}]] for each of them.`);
    const entries: unknown[] = Array.isArray(written) ? written : [];
    tables[name] = entries.map((entry, at) => rowOf(entry, shape, `${file?.name}: ${name} ${at + 1}:`, problems));
    delete root[name];
  }
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const fromFile = rowOf(root, TOP, `${file?.name}:`, problems);
  const top: Row = { ...fromFile, ...rowOf(given, TOP, 'flags:', problems) };
  for (const key of ['system_id', 'tls_cert']) {
    const other = key === 'system_id' ? 'password' : 'tls_key';
    if ((top[key] === undefined) !== (top[other] === undefined)) problems.push(`${key} and ${other} go together.`);
  }
  const get = <T>(key: string, fallback: T): T => (top[key] as T | undefined) ?? fallback;
  const rules = (tables.rules ?? []).map((row): Rule => {
    const { from, to, every, percent } = row as { from?: string; to?: string; every?: number; percent?: number };
    return { from, to, every, percent, deed: deedOf(row) };
  });
  const repeated = (row: Row) => ({
    afterMs: (row.after as number | undefined) ?? 1_000,
    everyMs: (row.every as number | undefined) ?? 1_000,
    count: (row.count as number | undefined) ?? 1,
  });
  const ids = get<SmscPlay['ids']>('ids', 'hex');
  return {
    host: get('host', '127.0.0.1'),
    port: get('port', 2775),
    tls:
      top.tls_cert === undefined || top.tls_key === undefined
        ? null
        : { cert: top.tls_cert as string, key: top.tls_key as string },
    play: {
      credentials:
        top.system_id === undefined
          ? null
          : { systemId: top.system_id as string, password: (top.password ?? '') as string },
      mostBinds: get('binds', 10),
      ratePerSecond: get<number | null>('rate', null),
      ids,
      receiptIds: get('receipt_ids', ids),
      seed: get('seed', 1),
      rules,
      usual: deedOf(top),
    },
    inbound: (tables.inbound ?? []).map((row) => ({
      from: (row.from ?? '') as string,
      to: (row.to ?? '') as string,
      text: (row.text ?? '') as string,
      long: ((row.long as Concatenation | undefined) ?? 'udh-8') as Concatenation,
      ...repeated(row),
    })),
    cuts: (tables.cuts ?? []).map((row) => ({
      how: (row.how as CutPlan['how'] | undefined) ?? 'close',
      ...repeated(row),
    })),
  };
}

function parsed({ name, text: written }: { name: string; text: string }, problems: string[]): Record<string, unknown> {
  try {
    return { ...parse(written) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    problems.push(`${name}:${error.line} is not TOML: ${error.message.split('\n')[0]}`);
    return {};
  }
}

function rowOf(written: unknown, { keys, needs, judges }: Shape, where: string, problems: string[]): Row {
  const row: Row = {};
  for (const [key, value] of Object.entries(written ?? {})) {
    const type = keys[key];
    if (!type) {
      const meant = nearest(key, Object.keys(keys));
      problems.push(`${where} there is no ${key}.${meant === null ? '' : ` Did you mean ${meant}?`}`);
      continue;
    }
    const read = readValue(type, value);
    const allowed = 'value' in read ? (judges[key]?.(String(read.value)) ?? null) : `${read.allowed}.`;
    if ('value' in read) row[key] = read.value;
    if (allowed !== null)
      problems.push(
        `${where} ${key} is ${key === 'password' ? '(hidden)' : JSON.stringify(value)}. Allowed: ${allowed}`,
      );
  }
  for (const key of needs) if (row[key] === undefined) problems.push(`${where} ${key} is missing.`);
  return row;
}

function deedOf(row: Row): Deed {
  const deed = {
    commandStatus: row.status === undefined ? undefined : (statusOf(row.status as string) ?? 0),
    answer: row.answer,
    answerAfterMs: row.answer_after,
    receipt: row.receipt,
    receiptAfterMs: row.receipt_after,
    receiptSpreadMs: row.receipt_spread,
    receiptForm: row.receipt_form,
    stat: row.stat,
    err: row.err,
  };
  return Object.fromEntries(Object.entries(deed).filter(([, value]) => value !== undefined)) as Deed;
}

/** By its name (`ESME_RTHROTTLED`), or as a number (`0x58`, `88`); `null`: it is neither. */
function statusOf(written: string): number | null {
  const named = (ESME as Record<string, number>)[written];
  if (named !== undefined) return named;
  const number = /^(0x[\da-f]{1,8}|\d{1,10})$/i.test(written) ? Number(written) : Number.NaN;
  return number <= 0xffffffff ? number : null;
}

/** Each answers what is allowed; `null`: this is. */
function judgeStatus(written: string): string | null {
  if (statusOf(written) !== null) return null;
  // What all of them begin with makes none likelier, and of three letters two others make any word.
  const bare = written.replace(/^ESME_/i, '');
  const names = Object.keys(ESME).map((name) => name.slice('ESME_'.length));
  const meant = bare.length > 3 ? nearest(bare, names) : null;
  return `a name like ESME_RTHROTTLED, or a number like "0x58".${meant === null ? '' : ` Did you mean ESME_${meant}?`}`;
}

/** As `scriptOf` compares them: with what stands in the PDU, so without blanks and dashes. */
function judgeRecipientPattern(written: string): string | null {
  const fits = /^\+?(\d{0,15}\*|[1-9]\d{6,14})$/.test(written);
  return fits ? null : 'a number like +12025550101, or its beginning and *.';
}

function judgeSenderPattern(written: string): string | null {
  const fits = /^(\+?(\d{0,15}\*|\d{3,15})|(?=.*[A-Za-z])[^*]{1,11}\*?)$/.test(written);
  return fits ? null : 'a number like +12025550100, a short code, a name, or the beginning of one and *.';
}

function judgePhone(written: string): string | null {
  return hasPlace(parseSender(written)) ? null : 'a number like +12025550101, a short code or a name.';
}

function judgeNumber(written: string): string | null {
  return hasPlace(parseTo(written)) ? null : 'a number like +12025550100, or a short code.';
}

function hasPlace(address: Address | null): boolean {
  return address !== null && toWireAddress(address) !== null;
}
