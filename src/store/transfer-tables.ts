import { AUDIT_COLUMNS } from './console-rows.ts';
import { JOINING_COLUMNS, OPT_OUT_COLUMNS, OPT_OUT_LOG_COLUMNS } from './inbound-rows.ts';
import { BLOB_COLUMNS, MEDIA_COLUMNS } from './media-rows.ts';
import { PDU_COLUMNS } from './pdu-rows.ts';
import { ACCOUNT_COLUMNS, ATTEMPT_COLUMNS, DOCUMENT_COLUMNS, MESSAGE_COLUMNS, SENDER_COLUMNS } from './rows.ts';

/**
 * What a whole store is made of. Both engines have the same tables and columns; PostgreSQL has some more, by which it
 * keys and cuts them (`extra`, with the words by which SQLite computes them from what it has). Nodes and their leases,
 * and who has signed in to the console, are of the moment and stay behind.
 */
export interface TransferTable {
  name: string;
  /** In the order in which a row travels. */
  columns: readonly string[];
  /** Those PostgreSQL has besides, which come last. */
  extra: Readonly<Record<string, string>>;
}

const words = (text: string): string[] => text.split(/,?\s+/);

export const TRANSFER_TABLES: readonly TransferTable[] = [
  { name: 'accounts', columns: words(ACCOUNT_COLUMNS), extra: {} },
  { name: 'senders', columns: words(SENDER_COLUMNS), extra: {} },
  { name: 'documents', columns: words(DOCUMENT_COLUMNS), extra: {} },
  { name: 'messages', columns: [...MESSAGE_COLUMNS, 'listed_at'], extra: { sid_at: 'sid_time(t.sid)' } },
  {
    name: 'lanes',
    columns: ['key', 'next_at_us', 'free_at_us', 'head_at'],
    extra: {
      account_sid: `coalesce((select w.account_sid from work w where w.lane = t.key limit 1), lane_account(t.key))`,
      connector: `coalesce((select w.connector from work w where w.lane = t.key limit 1), lane_connector(t.key))`,
    },
  },
  {
    name: 'work',
    columns: words(
      'id kind message_sid account_sid due_at attempt owner connector lane interval_us cost horizon_ms payload past',
    ),
    extra: { sid_at: 'sid_time(t.message_sid)' },
  },
  {
    name: 'parts',
    columns: words('connector carrier_id message_sid part state error_code'),
    extra: {
      account_sid: '(select m.account_sid from messages m where m.sid = t.message_sid)',
      sid_at: 'sid_time(t.message_sid)',
    },
  },
  { name: 'parked', columns: words('id connector carrier_id state error_code done_date at'), extra: {} },
  { name: 'attempts', columns: words(ATTEMPT_COLUMNS), extra: {} },
  { name: 'media', columns: words(MEDIA_COLUMNS), extra: {} },
  { name: 'blobs', columns: words(BLOB_COLUMNS), extra: {} },
  {
    name: 'links',
    columns: words('code account_sid message_sid domain_sid target clicks created_at expires_at previews visits'),
    extra: {},
  },
  { name: 'opt_outs', columns: words(OPT_OUT_COLUMNS), extra: {} },
  { name: 'opt_out_log', columns: words(OPT_OUT_LOG_COLUMNS), extra: {} },
  { name: 'heard', columns: words('connector carrier_id message_sid at'), extra: {} },
  { name: 'joinings', columns: words(JOINING_COLUMNS), extra: {} },
  { name: 'pairs', columns: words('account_sid pair jar loop_replies loop_at used_at'), extra: {} },
  {
    name: 'alerts',
    columns: words('sid account_sid resource_sid service_sid error_code level alert_text at request response'),
    extra: {},
  },
  { name: 'pdus', columns: words(`id, ${PDU_COLUMNS}`), extra: {} },
  { name: 'console_audit', columns: words(`id, ${AUDIT_COLUMNS}`), extra: {} },
  { name: 'usage', columns: words('account_sid day category count usage price_micros'), extra: { slot: '0' } },
  // PostgreSQL counts in slots, which add up.
  { name: 'counters', columns: ['name', 'n'], extra: { slot: '0' } },
];

const LANE_KEY = /^(.+)\|(AC[0-9a-f]{32})\|/i;

/** Of a lane without work: its key is `<connector>|<account>|<sender>`. */
export function laneOwner(key: string): { accountSid: string; connector: string } {
  const [, connector = '', accountSid = ''] = LANE_KEY.exec(key) ?? [];
  return { accountSid, connector };
}

const INTEGERS = words(
  'num_segments num_media error_code attempt cost part ms slot position clicks previews holders loop_replies answer_status',
);
const SMALL_INTEGERS = words('can_sms can_mms smart_encoded provide_feedback dying ours');
const BIG_INTEGERS = words(
  'id work_id n at price_micros max_price_micros interval_us horizon_ms valid_until size_bytes held_until count usage',
);

/** The type of a column in PostgreSQL. */
export function postgresType(column: string): string {
  if (column === 'rate') return 'double precision';
  if (INTEGERS.includes(column)) return 'integer';
  if (SMALL_INTEGERS.includes(column)) return 'smallint';
  return BIG_INTEGERS.includes(column) || /_at(_us)?$/.test(column) ? 'bigint' : 'text';
}
