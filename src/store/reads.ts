import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Message } from '../domain/message.ts';
import { alertGroupReads } from './alert-groups.ts';
import { attemptReads } from './attempt-reads.ts';
import { batchReads } from './batch-reads.ts';
import type { BatchReads } from './batch-shapes.ts';
import type { AttemptQuery, CallbackAttempt } from './callback-shapes.ts';
import { consoleReads } from './console-rows.ts';
import { SQLITE } from './dialect.ts';
import type { Account, Document, DocumentQuery, Sender } from './directory.ts';
import { sqliteFacts } from './facts.ts';
import { type Ask, inboundReads } from './inbound-reads.ts';
import type { InboundReads } from './inbound-shapes.ts';
import { linkReads } from './link-reads.ts';
import { LINK_COLUMNS, linkFrom } from './link-rows.ts';
import type { BlobRecord, Link, Media, MediaQuery } from './media.ts';
import { blobRecordFrom, MEDIA_COLUMNS, mediaFrom } from './media-rows.ts';
import { pduReads } from './pdu-rows.ts';
import { reportReads } from './report-reads.ts';
import type { ReportReads } from './report-shapes.ts';
import {
  ACCOUNT_COLUMNS,
  ATTEMPT_COLUMNS,
  accountFrom,
  attemptFrom,
  DOCUMENT_COLUMNS,
  documentFrom,
  MESSAGE_COLUMNS,
  messageFrom,
  PART_COLUMNS,
  partFrom,
  type Row,
  SENDER_COLUMNS,
  senderFrom,
} from './rows.ts';
import { searchReads } from './search-reads.ts';
import type { SearchReads } from './search-shapes.ts';
import { NEXT_UNPACED_BUT } from './sql/unpaced-sends.ts';
import { statsOf } from './stats.ts';
import type {
  AwaitedPart,
  Finding,
  MessagePage,
  MessageQuery,
  Part,
  Reads,
  Scheduled,
  StoreStats,
  WorkKind,
} from './store.ts';
import { HELD_AT } from './transition.ts';
import { findings } from './verify.ts';

const MESSAGE = MESSAGE_COLUMNS.join(', ');

/** A record's place in lists. */
type Place = [listedAt: number, sid: string];

/** The reading half, on a connection of its own that sees every commit already answered. */
export class SqliteReads implements Reads {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #ask: Ask = async (text, values) => this.#all((row) => row, text.replaceAll(/\$(\d+)/g, '?$1'), ...values);
  readonly #inbound = inboundReads(this.#ask, SQLITE);

  readonly optedOut: InboundReads['optedOut'] = (...query) => this.#inbound.optedOut(...query);
  readonly optOutScopes: InboundReads['optOutScopes'] = (...query) => this.#inbound.optOutScopes(...query);
  readonly optOuts: InboundReads['optOuts'] = (query) => this.#inbound.optOuts(query);
  readonly optOutLog: InboundReads['optOutLog'] = (query) => this.#inbound.optOutLog(query);
  readonly stillClaimed: InboundReads['stillClaimed'] = (...query) => this.#inbound.stillClaimed(...query);
  readonly pair: InboundReads['pair'] = (...query) => this.#inbound.pair(...query);
  readonly lastInboundAt: InboundReads['lastInboundAt'] = (...query) => this.#inbound.lastInboundAt(...query);
  readonly pdus = pduReads(this.#ask);
  readonly #console = consoleReads(this.#ask);
  readonly consoleSession = this.#console.consoleSession;
  readonly audit = this.#console.audit;
  readonly facts = sqliteFacts(this.#ask);
  readonly #attempts = attemptReads(this.#ask, SQLITE);
  readonly attemptPage = this.#attempts.attemptPage;
  readonly attempt = this.#attempts.attempt;
  readonly replayedAmong = this.#attempts.replayedAmong;
  readonly workDueAt = this.#attempts.workDueAt;
  readonly #groups = alertGroupReads(this.#ask, false);
  readonly alertGroups = this.#groups.alertGroups;
  readonly messageEnds = this.#groups.messageEnds;
  readonly linkPage = linkReads(this.#ask, SQLITE).linkPage;
  readonly linkVisits = linkReads(this.#ask, SQLITE).linkVisits;
  readonly #reports = reportReads(this.#ask);
  readonly alerts: ReportReads['alerts'] = (query) => this.#reports.alerts(query);
  readonly alert: ReportReads['alert'] = (...key) => this.#reports.alert(...key);
  readonly usage: ReportReads['usage'] = (query) => this.#reports.usage(query);
  readonly #batches = batchReads(this.#ask, SQLITE);
  readonly sendersByAddress: BatchReads['sendersByAddress'] = (...keys) => this.#batches.sendersByAddress(...keys);
  readonly documentsByName: BatchReads['documentsByName'] = (...keys) => this.#batches.documentsByName(...keys);
  readonly mediaOf: BatchReads['mediaOf'] = (...keys) => this.#batches.mediaOf(...keys);
  readonly lastSenders: BatchReads['lastSenders'] = (...keys) => this.#batches.lastSenders(...keys);
  readonly lastInboundsAt: BatchReads['lastInboundsAt'] = (...keys) => this.#batches.lastInboundsAt(...keys);
  readonly optOutsOf: BatchReads['optOutsOf'] = (...keys) => this.#batches.optOutsOf(...keys);
  readonly #search = searchReads(this.#ask, SQLITE);
  readonly search: SearchReads['search'] = (step) => this.#search.search(step);
  readonly countMatches: SearchReads['countMatches'] = (step) => this.#search.countMatches(step);
  readonly releaseTimes: SearchReads['releaseTimes'] = (...keys) => this.#search.releaseTimes(...keys);

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async message(accountSid: string, sid: string): Promise<Message | null> {
    return this.#one(messageFrom, `select ${MESSAGE} from messages where sid = ? and account_sid = ?`, sid, accountSid);
  }

  async messages(query: MessageQuery): Promise<MessagePage> {
    const { size } = query;
    const token = query.after ?? query.before;
    const place = token === undefined ? null : this.#placeOf(query, token);
    const older = query.before === undefined;
    const rows = this.#list(query, older, place, size + 1, query.offset ?? 0);
    const more = rows.length > size;
    if (more) rows.length = size;
    if (!older) rows.reverse();
    const messages = rows.map(messageFrom);
    const edge = older ? rows[0] : rows.at(-1);
    // The far side was seen by fetching one more; the near side is asked for, and only when one came from somewhere.
    let near = false;
    if (place || query.offset) {
      const from: Place | null = edge ? [edge[MESSAGE_COLUMNS.length] as number, edge[0] as string] : place;
      near = this.#list(query, !older, from, 1, 0).length > 0;
    }
    return { messages, hasOlder: older ? more : near, hasNewer: older ? near : more };
  }

  async parts(accountSid: string, messageSid: string): Promise<Part[]> {
    return this.#all(
      partFrom,
      `select ${PART_COLUMNS} from parts where message_sid = ?1
       and exists (select 1 from messages where sid = ?1 and account_sid = ?2) order by part`,
      messageSid,
      accountSid,
    );
  }

  async awaitedParts(connector: string, limit: number): Promise<AwaitedPart[]> {
    return this.#all(
      (row) => ({ carrierId: row[0], messageSid: row[1], from: row[2], to: row[3] }) as AwaitedPart,
      `select p.carrier_id, p.message_sid, m.from_address, m.to_address
       from parts p join messages m on m.sid = p.message_sid
       where p.connector = ? and p.state = 'pending' and m.status = 'sent'
       order by p.message_sid, p.part limit ?`,
      connector,
      limit,
    );
  }

  async attempts({ accountSid, messageSid, decision, limit }: AttemptQuery): Promise<CallbackAttempt[]> {
    const parameters: SQLInputValue[] = [accountSid];
    let where = 'account_sid = ?';
    if (messageSid !== undefined) {
      // The plus keeps SQLite from choosing the index of the whole account.
      where = '+account_sid = ? and message_sid = ?';
      parameters.push(messageSid);
    }
    // Written out, not bound: only then can the partial index of given-up attempts serve.
    if (decision === 'gave_up') where += " and decision = 'gave_up'";
    else if (decision !== undefined) {
      where += ' and decision = ?';
      parameters.push(decision);
    }
    const text = `select ${ATTEMPT_COLUMNS} from attempts where ${where} order by id desc limit ?`;
    return this.#all(attemptFrom, text, ...parameters, limit);
  }

  async account(sid: string): Promise<Account | null> {
    return this.#one(accountFrom, `select ${ACCOUNT_COLUMNS} from accounts where sid = ?`, sid);
  }

  async accounts(): Promise<Account[]> {
    return this.#all(accountFrom, `select ${ACCOUNT_COLUMNS} from accounts order by created_at, sid`);
  }

  async sender(accountSid: string, sid: string): Promise<Sender | null> {
    return this.#one(
      senderFrom,
      `select ${SENDER_COLUMNS} from senders where sid = ? and account_sid = ?`,
      sid,
      accountSid,
    );
  }

  async senderByAddress(address: string): Promise<Sender | null> {
    return this.#one(senderFrom, `select ${SENDER_COLUMNS} from senders where address = ?`, address);
  }

  async senders(accountSid: string): Promise<Sender[]> {
    return this.#all(
      senderFrom,
      `select ${SENDER_COLUMNS} from senders where account_sid = ? order by created_at desc, sid desc`,
      accountSid,
    );
  }

  async document(accountSid: string, kind: string, sid: string): Promise<Document | null> {
    const text = `select ${DOCUMENT_COLUMNS} from documents where account_sid = ? and kind = ? and sid = ?`;
    return this.#one(documentFrom, text, accountSid, kind, sid);
  }

  async documents({ accountSid, kind, parentSid, name, limit, offset = 0 }: DocumentQuery): Promise<Document[]> {
    const where = ['account_sid = ?', 'kind = ?'];
    const parameters: SQLInputValue[] = [accountSid, kind];
    const demand = (condition: string, value: string): void => {
      where.push(condition);
      parameters.push(value);
    };
    if (parentSid !== undefined) demand('parent_sid = ?', parentSid);
    if (name !== undefined) demand('name = ?', name);
    const text = `select ${DOCUMENT_COLUMNS} from documents where ${where.join(' and ')}
      order by created_at desc, sid desc limit ? offset ?`;
    return this.#all(documentFrom, text, ...parameters, limit, offset);
  }

  async media(query: MediaQuery): Promise<Media[]> {
    const { accountSid, messageSid, createdFrom, createdTo, limit, offset = 0 } = query;
    return this.#all(
      mediaFrom,
      `select ${MEDIA_COLUMNS} from media where message_sid = ? and account_sid = ? and created_at between ? and ?
       order by created_at desc, position limit ? offset ?`,
      messageSid,
      accountSid,
      createdFrom ?? 0,
      createdTo ?? Number.MAX_SAFE_INTEGER,
      limit,
      offset,
    );
  }

  async medium(accountSid: string, messageSid: string, sid: string): Promise<Media | null> {
    const text = `select ${MEDIA_COLUMNS} from media where sid = ? and account_sid = ? and message_sid = ?`;
    return this.#one(mediaFrom, text, sid, accountSid, messageSid);
  }

  async mediumBySid(sid: string): Promise<Media | null> {
    return this.#one(mediaFrom, `select ${MEDIA_COLUMNS} from media where sid = ?`, sid);
  }

  async blobs({ after, limit }: { after: string; limit: number }): Promise<BlobRecord[]> {
    return this.#all(
      blobRecordFrom,
      `select key, size_bytes, dying, exists (select 1 from media where blob_key = key) from blobs where key > ?
       order by key limit ?`,
      after,
      limit,
    );
  }

  async link(code: string): Promise<Link | null> {
    return this.#one(linkFrom, `select ${LINK_COLUMNS} from links where code = ?`, code);
  }

  async lastSender(accountSid: string, serviceSid: string, to: string): Promise<string | null> {
    return this.#one(
      (row) => row[0] as string,
      `select from_address from messages indexed by messages_to where account_sid = ? and to_address = ?
       and service_sid = ? and from_address is not null and direction <> 'inbound'
       order by listed_at desc, sid desc limit 1`,
      accountSid,
      to,
      serviceSid,
    );
  }

  async scheduled({ accountSid, limit, offset = 0 }: Parameters<Reads['scheduled']>[0]): Promise<Scheduled[]> {
    const message = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
    // Each kind by its part of the index, in order, and then merged.
    const waiting = (kind: WorkKind): string => `select w.due_at, w.id, ${message} from work w
      join messages m on m.sid = w.message_sid
      where w.kind = '${kind}' and w.lane is null and w.account_sid = ?1 and m.status = 'scheduled'`;
    return this.#all(
      (row) => ({ releaseAt: row[0] as number, message: messageFrom(row.slice(2)) }),
      `${waiting('release')} union all ${waiting('fetch')} order by 1, 2 limit ?2 offset ?3`,
      accountSid,
      limit,
      offset,
    );
  }

  async laneStarts(_accountSid: string, keys: string[]): Promise<Map<string, number>> {
    const rows = this.#all(
      (row) => row as [string, number],
      'select key, next_at_us from lanes where key in (select value from json_each(?))',
      JSON.stringify(keys),
    );
    return new Map(rows.map(([key, nextAtMicros]) => [key, Math.ceil(nextAtMicros / 1_000)]));
  }

  async nextDueAt(kind: WorkKind, except: string[] = []): Promise<number | null> {
    if (kind === 'joining') return this.#number('select min(due_at) from joinings');
    if (kind === 'notice') return this.#number("select min(due_at) from work where kind = 'notice'");
    if (kind === 'send' && except.length > 0) return this.#nextSendExcept(JSON.stringify(except));
    const unpaced = 'select min(due_at) from work where kind = ? and lane is null and due_at < ?';
    const free = this.#number(unpaced, kind, HELD_AT);
    if (kind !== 'send') return free;
    const notice = this.#number(unpaced, 'notice', HELD_AT);
    const paced = this.#number(
      `select head_at from lanes where head_at is not null and exists (select 1 from work where lane = key)
       order by head_at limit 1`,
    );
    return earlier(earlier(free, notice), paced);
  }

  /** A lane knows its connector by its work alone. */
  #nextSendExcept(except: string): number | null {
    const free = this.#number(NEXT_UNPACED_BUT, except);
    const paced = this.#number(
      `select head_at from lanes where head_at is not null and
       (select connector from work where lane = key limit 1) not in (select value from json_each(?))
       order by head_at limit 1`,
      except,
    );
    return earlier(free, paced);
  }

  async stats(): Promise<StoreStats> {
    const counters = this.#all((row) => row as [string, number], 'select name, n from counters');
    const parked = this.#number('select count(*) from parked') ?? 0;
    return statsOf(counters, (kind) => this.nextDueAt(kind), parked);
  }

  /** A reader commits nothing: only the store that writes knows how. */
  async risk(): Promise<string | null> {
    return null;
  }

  async verify(): Promise<Finding[]> {
    return findings(this.#db);
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #list(query: MessageQuery, older: boolean, place: Place | null, limit: number, offset: number): Row[] {
    const where = ['account_sid = ?'];
    const parameters: SQLInputValue[] = [query.accountSid];
    const demand = (condition: string, ...values: SQLInputValue[]): void => {
      where.push(condition);
      parameters.push(...values);
    };
    if (query.to !== undefined) demand('to_address = ?', query.to);
    if (query.from !== undefined) demand('from_address = ?', query.from);
    const { sentFrom, sentTo } = query;
    if (sentFrom !== undefined || sentTo !== undefined) demand('sent_at is not null');
    // What was sent is listed in that second, so the bounds can use the indexes of lists.
    if (sentFrom !== undefined) demand('sent_at >= ? and listed_at >= ?', sentFrom, sentFrom - (sentFrom % 1_000));
    if (sentTo !== undefined) demand('sent_at <= ? and listed_at <= ?', sentTo, sentTo);
    if (place) demand(`(listed_at, sid) ${older ? '<' : '>'} (?, ?)`, ...place);
    const way = older ? 'desc' : 'asc';
    // Named, because without statistics SQLite takes the index of the whole account and filters five million rows.
    const index =
      query.to !== undefined ? 'messages_to' : query.from !== undefined ? 'messages_from' : 'messages_listed';
    const text = `select ${MESSAGE}, listed_at from messages indexed by ${index} where ${where.join(' and ')}
      order by listed_at ${way}, sid ${way} limit ? offset ?`;
    return this.#all((row) => row, text, ...parameters, limit, offset);
  }

  /** A record deleted since keeps its place where that is known, else that of its creation: 12 hex of milliseconds. */
  #placeOf({ accountSid, removedFrom }: MessageQuery, sid: string): Place {
    const listedAt = this.#number('select listed_at from messages where sid = ? and account_sid = ?', sid, accountSid);
    return [listedAt ?? removedFrom ?? (Number.parseInt(sid.slice(2, 14), 16) || 0), sid];
  }

  #number(text: string, ...parameters: SQLInputValue[]): number | null {
    return this.#one((row) => row[0] as number | null, text, ...parameters);
  }

  #one<Value>(from: (row: Row) => Value, text: string, ...parameters: SQLInputValue[]): Value | null {
    const row = this.#sql(text).get(...parameters) as unknown as Row | undefined;
    return row ? from(row) : null;
  }

  #all<Value>(from: (row: Row) => Value, text: string, ...parameters: SQLInputValue[]): Value[] {
    return (this.#sql(text).all(...parameters) as unknown as Row[]).map(from);
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#db.prepare(text);
      statement.setReturnArrays(true);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
