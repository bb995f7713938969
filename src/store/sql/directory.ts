import { changedAccount } from '../account-change.ts';
import type { Account, AccountChange, AccountChanged, Sender, SenderSaved } from '../directory.ts';
import { isExpected } from '../expected.ts';
import { ACCOUNT_COLUMNS, accountFrom, accountValues, type Row, SENDER_COLUMNS, senderFrom } from '../rows.ts';
import type { WriteContext } from './context.ts';
import { removeDocument } from './documents.ts';

/** Who may send, and from where. Rare writes: clarity before speed. */

export function saveAccount(ctx: WriteContext, account: Account): void {
  ctx
    .sql(`insert or replace into accounts (${ACCOUNT_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(...accountValues(account));
}

export function changeAccount(ctx: WriteContext, change: AccountChange, now: number): AccountChanged {
  const row = ctx.sql(`select ${ACCOUNT_COLUMNS} from accounts where sid = ?`).get(change.sid) as unknown as
    | Row
    | undefined;
  const answer = changedAccount(row ? accountFrom(row) : null, change, now);
  if (answer.kind !== 'done') return answer;
  saveAccount(ctx, answer.account);
  if (answer.account.status === 'closed') freeSenders(ctx, change.sid);
  return answer;
}

/** What a closed account had is to be had again. */
function freeSenders(ctx: WriteContext, accountSid: string): void {
  const senders = ctx.sql('select sid from senders where account_sid = ?').all(accountSid) as unknown as [string][];
  for (const [sid] of senders) removeSender(ctx, accountSid, sid);
}

/** One that goes to another account leaves the pool it was in. */
export function saveSender(ctx: WriteContext, sender: Sender, expected?: Sender | null): SenderSaved {
  const closed = ctx.sql("select 1 from accounts where sid = ? and status = 'closed'").get(sender.accountSid);
  if (closed) return 'closed';
  const holder = ctx.sql('select sid, account_sid from senders where address = ?').get(sender.address) as unknown as
    | [string, string]
    | undefined;
  if (holder && holder[0] !== sender.sid) return 'taken';
  if (expected !== undefined && !isExpected(find(ctx, sender.sid), expected, sender)) return 'differs';
  ctx
    .sql('insert or replace into senders values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      sender.sid,
      sender.accountSid,
      sender.address,
      sender.kind,
      sender.canSms ? 1 : 0,
      sender.canMms ? 1 : 0,
      sender.rate,
      JSON.stringify(sender.properties),
      sender.createdAt,
      sender.updatedAt,
    );
  if (holder && holder[1] !== sender.accountSid) removeDocument(ctx, holder[1], 'pool', sender.sid);
  return 'saved';
}

function find(ctx: WriteContext, sid: string): Sender | null {
  const row = ctx.sql(`select ${SENDER_COLUMNS} from senders where sid = ?`).get(sid) as unknown as Row | undefined;
  return row ? senderFrom(row) : null;
}

/** With its place in a pool. */
export function removeSender(ctx: WriteContext, accountSid: string, sid: string): boolean {
  removeDocument(ctx, accountSid, 'pool', sid);
  return ctx.sql('delete from senders where account_sid = ? and sid = ?').run(accountSid, sid).changes === 1;
}
