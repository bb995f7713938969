import type { Message } from '../../domain/message.ts';
import { sidTime } from '../../domain/sid.ts';
import { alertGroupReads } from '../alert-groups.ts';
import { attemptReads } from '../attempt-reads.ts';
import { batchReads } from '../batch-reads.ts';
import type { BatchReads } from '../batch-shapes.ts';
import type { AttemptQuery, CallbackAttempt } from '../callback-shapes.ts';
import { consoleReads } from '../console-rows.ts';
import { POSTGRES } from '../dialect.ts';
import type { Account, Document, DocumentQuery, Sender } from '../directory.ts';
import { postgresFacts } from '../facts.ts';
import { inboundReads } from '../inbound-reads.ts';
import type { InboundReads } from '../inbound-shapes.ts';
import { linkReads } from '../link-reads.ts';
import { LINK_COLUMNS, linkFrom } from '../link-rows.ts';
import type { BlobRecord, Link, Media, MediaQuery } from '../media.ts';
import { blobRecordFrom, MEDIA_COLUMNS, mediaFrom } from '../media-rows.ts';
import { pduReads } from '../pdu-rows.ts';
import { reportReads } from '../report-reads.ts';
import type { ReportReads } from '../report-shapes.ts';
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
} from '../rows.ts';
import { searchReads } from '../search-reads.ts';
import type { SearchReads } from '../search-shapes.ts';
import { statsOf } from '../stats.ts';
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
} from '../store.ts';
import { HELD_AT } from '../transition.ts';
import type { Connection, Session } from './driver.ts';
import { durabilityRisk } from './durability.ts';
import { findings } from './verify.ts';

const MESSAGE = MESSAGE_COLUMNS.join(', ');

/** A record's place in lists. */
type Place = [listedAt: number, sid: string];

export interface ReadParts {
  /** Answers keyed reads; tries again when a connection breaks. */
  session: Session;
  /** A connection of one's own for what takes long; the caller closes it. */
  scan(): Promise<Connection>;
}

/** The reading half. Single statements on the primary, which see every commit already answered. */
export class PostgresReads implements Reads {
  readonly #session: Session;
  readonly #scan: () => Promise<Connection>;
  readonly #inbound = inboundReads((text, values) => this.#session.query(text, values), POSTGRES);

  readonly optedOut: InboundReads['optedOut'] = (...query) => this.#inbound.optedOut(...query);
  readonly optOutScopes: InboundReads['optOutScopes'] = (...query) => this.#inbound.optOutScopes(...query);
  readonly optOuts: InboundReads['optOuts'] = (query) => this.#inbound.optOuts(query);
  readonly optOutLog: InboundReads['optOutLog'] = (query) => this.#inbound.optOutLog(query);
  readonly stillClaimed: InboundReads['stillClaimed'] = (...query) => this.#inbound.stillClaimed(...query);
  readonly pair: InboundReads['pair'] = (...query) => this.#inbound.pair(...query);
  readonly lastInboundAt: InboundReads['lastInboundAt'] = (...query) => this.#inbound.lastInboundAt(...query);
  readonly pdus = pduReads((text, values) => this.#session.query(text, values));
  readonly #console = consoleReads((text, values) => this.#session.query(text, values));
  readonly consoleSession = this.#console.consoleSession;
  readonly audit = this.#console.audit;
  readonly facts = postgresFacts((text, values) => this.#session.query(text, values));
  readonly #attempts = attemptReads((text, values) => this.#session.query(text, values), POSTGRES);
  readonly attemptPage = this.#attempts.attemptPage;
  readonly attempt = this.#attempts.attempt;
  readonly replayedAmong = this.#attempts.replayedAmong;
  readonly workDueAt = this.#attempts.workDueAt;
  readonly #groups = alertGroupReads((text, values) => this.#session.query(text, values), true);
  readonly alertGroups = this.#groups.alertGroups;
  readonly messageEnds = this.#groups.messageEnds;
  readonly #links = linkReads((text, values) => this.#session.query(text, values), POSTGRES);
  readonly linkPage = this.#links.linkPage;
  readonly linkVisits = this.#links.linkVisits;
  readonly #reports = reportReads((text, values) => this.#session.query(text, values));
  readonly alerts: ReportReads['alerts'] = (query) => this.#reports.alerts(query);
  readonly alert: ReportReads['alert'] = (...key) => this.#reports.alert(...key);
  readonly usage: ReportReads['usage'] = (query) => this.#reports.usage(query);
  readonly #batches = batchReads((text, values) => this.#session.query(text, values), POSTGRES);
  readonly sendersByAddress: BatchReads['sendersByAddress'] = (...keys) => this.#batches.sendersByAddress(...keys);
  readonly documentsByName: BatchReads['documentsByName'] = (...keys) => this.#batches.documentsByName(...keys);
  readonly mediaOf: BatchReads['mediaOf'] = (...keys) => this.#batches.mediaOf(...keys);
  readonly lastSenders: BatchReads['lastSenders'] = (...keys) => this.#batches.lastSenders(...keys);
  readonly lastInboundsAt: BatchReads['lastInboundsAt'] = (...keys) => this.#batches.lastInboundsAt(...keys);
  readonly optOutsOf: BatchReads['optOutsOf'] = (...keys) => this.#batches.optOutsOf(...keys);
  readonly #search = searchReads((text, values) => this.#session.query(text, values), POSTGRES);
  readonly search: SearchReads['search'] = (step) => this.#search.search(step);
  readonly countMatches: SearchReads['countMatches'] = (step) => this.#search.countMatches(step);
  readonly releaseTimes: SearchReads['releaseTimes'] = (...keys) => this.#search.releaseTimes(...keys);

  constructor(parts: ReadParts) {
    this.#session = parts.session;
    this.#scan = parts.scan;
  }

  async message(accountSid: string, sid: string): Promise<Message | null> {
    const text = `select ${MESSAGE} from messages where account_sid = $1 and sid_at = $2 and sid = $3`;
    return this.#one(messageFrom, text, accountSid, sidTime(sid), sid);
  }

  async messages(query: MessageQuery): Promise<MessagePage> {
    const { size } = query;
    const token = query.after ?? query.before;
    const place = token === undefined ? null : await this.#placeOf(query, token);
    const older = query.before === undefined;
    const rows = await this.#list(query, older, place, size + 1, query.offset ?? 0);
    const more = rows.length > size;
    if (more) rows.length = size;
    if (!older) rows.reverse();
    const messages = rows.map(messageFrom);
    const edge = older ? rows[0] : rows.at(-1);
    // The far side was seen by fetching one more; the near side is asked for, and only when one came from somewhere.
    let near = false;
    if (place || query.offset) {
      const from: Place | null = edge ? [edge[MESSAGE_COLUMNS.length] as number, edge[0] as string] : place;
      near = (await this.#list(query, !older, from, 1, 0)).length > 0;
    }
    return { messages, hasOlder: older ? more : near, hasNewer: older ? near : more };
  }

  async parts(accountSid: string, messageSid: string): Promise<Part[]> {
    return this.#all(
      partFrom,
      `select ${PART_COLUMNS} from parts where account_sid = $1 and message_sid = $2 order by part`,
      accountSid,
      messageSid,
    );
  }

  async awaitedParts(connector: string, limit: number): Promise<AwaitedPart[]> {
    return this.#all(
      (row) => ({ carrierId: row[0], messageSid: row[1], from: row[2], to: row[3] }) as AwaitedPart,
      `select p.carrier_id, p.message_sid, m.from_address, m.to_address from parts p
       join messages m on m.account_sid = p.account_sid and m.sid_at = p.sid_at and m.sid = p.message_sid
       where p.connector = $1 and p.state = 'pending' and m.status = 'sent'
       order by p.message_sid, p.part limit $2`,
      connector,
      limit,
    );
  }

  async attempts({ accountSid, messageSid, decision, limit }: AttemptQuery): Promise<CallbackAttempt[]> {
    const { where, values } = conditions(accountSid);
    if (messageSid !== undefined) where.push(`message_sid = $${values.push(messageSid)}`);
    // Written out, not bound: only then can the partial index of given-up attempts serve.
    if (decision === 'gave_up') where.push("decision = 'gave_up'");
    else if (decision !== undefined) where.push(`decision = $${values.push(decision)}`);
    const text = `select ${ATTEMPT_COLUMNS} from attempts where ${where.join(' and ')}
      order by id desc limit $${values.push(limit)}`;
    return this.#all(attemptFrom, text, ...values);
  }

  async account(sid: string): Promise<Account | null> {
    return this.#one(accountFrom, `select ${ACCOUNT_COLUMNS} from accounts where sid = $1`, sid);
  }

  async accounts(): Promise<Account[]> {
    return this.#all(accountFrom, `select ${ACCOUNT_COLUMNS} from accounts order by created_at, sid`);
  }

  async sender(accountSid: string, sid: string): Promise<Sender | null> {
    const text = `select ${SENDER_COLUMNS} from senders where sid = $1 and account_sid = $2`;
    return this.#one(senderFrom, text, sid, accountSid);
  }

  async senderByAddress(address: string): Promise<Sender | null> {
    return this.#one(senderFrom, `select ${SENDER_COLUMNS} from senders where address = $1`, address);
  }

  async senders(accountSid: string): Promise<Sender[]> {
    return this.#all(
      senderFrom,
      `select ${SENDER_COLUMNS} from senders where account_sid = $1 order by created_at desc, sid desc`,
      accountSid,
    );
  }

  async document(accountSid: string, kind: string, sid: string): Promise<Document | null> {
    const text = `select ${DOCUMENT_COLUMNS} from documents where account_sid = $1 and kind = $2 and sid = $3`;
    return this.#one(documentFrom, text, accountSid, kind, sid);
  }

  async documents({ accountSid, kind, parentSid, name, limit, offset = 0 }: DocumentQuery): Promise<Document[]> {
    const { where, values } = conditions(accountSid);
    where.push(`kind = $${values.push(kind)}`);
    if (parentSid !== undefined) where.push(`parent_sid = $${values.push(parentSid)}`);
    if (name !== undefined) where.push(`name = $${values.push(name)}`);
    const text = `select ${DOCUMENT_COLUMNS} from documents where ${where.join(' and ')}
      order by created_at desc, sid desc limit $${values.push(limit)} offset $${values.push(offset)}`;
    return this.#all(documentFrom, text, ...values);
  }

  async link(code: string): Promise<Link | null> {
    return this.#one(linkFrom, `select ${LINK_COLUMNS} from links where code = $1`, code);
  }

  async media(query: MediaQuery): Promise<Media[]> {
    const { accountSid, messageSid, createdFrom, createdTo, limit, offset = 0 } = query;
    return this.#all(
      mediaFrom,
      `select ${MEDIA_COLUMNS} from media where account_sid = $1 and message_sid = $2 and created_at between $3 and $4
       order by created_at desc, position limit $5 offset $6`,
      accountSid,
      messageSid,
      createdFrom ?? 0,
      createdTo ?? Number.MAX_SAFE_INTEGER,
      limit,
      offset,
    );
  }

  async medium(accountSid: string, messageSid: string, sid: string): Promise<Media | null> {
    const text = `select ${MEDIA_COLUMNS} from media where account_sid = $1 and message_sid = $2 and sid = $3`;
    return this.#one(mediaFrom, text, accountSid, messageSid, sid);
  }

  async mediumBySid(sid: string): Promise<Media | null> {
    return this.#one(mediaFrom, `select ${MEDIA_COLUMNS} from media where sid = $1`, sid);
  }

  async blobs({ after, limit }: { after: string; limit: number }): Promise<BlobRecord[]> {
    return this.#all(
      blobRecordFrom,
      `select key, size_bytes, dying, exists (select 1 from media where blob_key = key)::int from blobs where key > $1
       order by key limit $2`,
      after,
      limit,
    );
  }

  async lastSender(accountSid: string, serviceSid: string, to: string): Promise<string | null> {
    return this.#one(
      (row) => row[0] as string,
      `select from_address from messages where account_sid = $1 and to_address = $2 and service_sid = $3
       and from_address is not null and direction <> 'inbound' order by listed_at desc, sid desc limit 1`,
      accountSid,
      to,
      serviceSid,
    );
  }

  async scheduled({ accountSid, limit, offset = 0 }: Parameters<Reads['scheduled']>[0]): Promise<Scheduled[]> {
    const message = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
    // Each kind by an index of its own, in order, and then merged.
    const waiting = (kind: WorkKind): string => `(select w.due_at, w.id, ${message} from work w
      join messages m on m.account_sid = w.account_sid and m.sid_at = w.sid_at and m.sid = w.message_sid
      where w.kind = '${kind}' and w.account_sid = $1 and m.status = 'scheduled' order by w.due_at, w.id)`;
    return this.#all(
      (row) => ({ releaseAt: row[0] as number, message: messageFrom(row.slice(2)) }),
      `${waiting('release')} union all ${waiting('fetch')} order by 1, 2 limit $2 offset $3`,
      accountSid,
      limit,
      offset,
    );
  }

  async laneStarts(accountSid: string, keys: string[]): Promise<Map<string, number>> {
    const rows = await this.#all(
      (row) => row as [string, number],
      'select key, next_at_us from lanes where account_sid = $1 and key = any($2::text[])',
      accountSid,
      keys,
    );
    return new Map(rows.map(([key, nextAtMicros]) => [key, Math.ceil(nextAtMicros / 1_000)]));
  }

  async nextDueAt(kind: WorkKind, except: string[] = []): Promise<number | null> {
    if (kind === 'joining') return this.#number('select min(due_at) from joinings');
    if (kind !== 'send') {
      // Written out, not bound: each kind has an index of its own.
      return this.#number(
        `select due_at from work where kind = '${kind}' and due_at < ${HELD_AT} order by due_at limit 1`,
      );
    }
    return this.#number(
      `select least(
        (select due_at from work where kind = 'send' and lane is null and due_at < ${HELD_AT}
           and connector <> all($1::text[]) order by due_at limit 1),
        (select due_at from work where kind = 'notice' and lane is null and connector <> all($1::text[])
           order by due_at limit 1),
        (select head_at from lanes l where head_at is not null and connector <> all($1::text[])
           and exists (select 1 from work w where w.account_sid = l.account_sid and w.lane = l.key)
           order by head_at limit 1))`,
      except,
    );
  }

  async stats(): Promise<StoreStats> {
    const counters = await this.#all(
      (row) => row as [string, number],
      'select name, sum(n)::bigint from counters group by name',
    );
    const parked = (await this.#number('select count(*) from parked')) ?? 0;
    return statsOf(counters, (kind) => this.nextDueAt(kind), parked);
  }

  async risk(): Promise<string | null> {
    return durabilityRisk(this.#session);
  }

  async verify(): Promise<Finding[]> {
    const connection = await this.#scan();
    try {
      return await findings(connection);
    } finally {
      await connection.close();
    }
  }

  async #list(query: MessageQuery, older: boolean, place: Place | null, limit: number, offset: number): Promise<Row[]> {
    const { where, values } = conditions(query.accountSid);
    if (query.to !== undefined) where.push(`to_address = $${values.push(query.to)}`);
    if (query.from !== undefined) where.push(`from_address = $${values.push(query.from)}`);
    const { sentFrom, sentTo } = query;
    if (sentFrom !== undefined || sentTo !== undefined) where.push('sent_at is not null');
    // What was sent is listed in that second, so the bounds can use the indexes of lists.
    if (sentFrom !== undefined) {
      where.push(`sent_at >= $${values.push(sentFrom)}`, `listed_at >= $${values.push(sentFrom - (sentFrom % 1_000))}`);
    }
    if (sentTo !== undefined) where.push(`sent_at <= $${values.push(sentTo)}`, `listed_at <= $${values.length}`);
    if (place) {
      where.push(`(listed_at, sid) ${older ? '<' : '>'} ($${values.push(place[0])}, $${values.push(place[1])})`);
    }
    const way = older ? 'desc' : 'asc';
    const text = `select ${MESSAGE}, listed_at from messages where ${where.join(' and ')}
      order by listed_at ${way}, sid ${way} limit $${values.push(limit)} offset $${values.push(offset)}`;
    return this.#session.query(text, values);
  }

  /** A record deleted since keeps its place where that is known, else that of its creation, which its sid tells. */
  async #placeOf({ accountSid, removedFrom }: MessageQuery, sid: string): Promise<Place> {
    const text = 'select listed_at from messages where account_sid = $1 and sid_at = $2 and sid = $3';
    return [(await this.#number(text, accountSid, sidTime(sid), sid)) ?? removedFrom ?? sidTime(sid), sid];
  }

  async #number(text: string, ...values: unknown[]): Promise<number | null> {
    return this.#one((row) => row[0] as number | null, text, ...values);
  }

  async #one<Value>(from: (row: Row) => Value, text: string, ...values: unknown[]): Promise<Value | null> {
    const [row] = await this.#session.query(text, values);
    return row ? from(row) : null;
  }

  async #all<Value>(from: (row: Row) => Value, text: string, ...values: unknown[]): Promise<Value[]> {
    return (await this.#session.query(text, values)).map(from);
  }
}

function conditions(accountSid: string): { where: string[]; values: unknown[] } {
  return { where: ['account_sid = $1'], values: [accountSid] };
}
