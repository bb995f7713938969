import { changedAccount } from '../account-change.ts';
import type { Account, AccountChange, AccountChanged, Sender, SenderSaved } from '../directory.ts';
import { isExpected } from '../expected.ts';
import { ACCOUNT_COLUMNS, accountFrom, accountValues, type Row, SENDER_COLUMNS, senderFrom } from '../rows.ts';
import type { Batch } from './batch.ts';
import { removeDocument } from './documents.ts';

/** Who may send, and from where. Rare writes: clarity before speed. */

const ACCOUNT_UPDATES = ACCOUNT_COLUMNS.split(', ')
  .slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

export async function saveAccount(batch: Batch, account: Account): Promise<null> {
  await batch.query(
    `insert into accounts (${ACCOUNT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (sid) do update set ${ACCOUNT_UPDATES}`,
    accountValues(account),
  );
  return null;
}

/** The account is locked first, so changes of one on several nodes come one after the other. */
export async function changeAccount(batch: Batch, change: AccountChange, now: number): Promise<AccountChanged> {
  const [row] = await batch.query(`select ${ACCOUNT_COLUMNS} from accounts where sid = $1 for no key update`, [
    change.sid,
  ]);
  const answer = changedAccount(row ? accountFrom(row) : null, change, now);
  if (answer.kind !== 'done') return answer;
  await saveAccount(batch, answer.account);
  if (answer.account.status === 'closed') await freeSenders(batch, change.sid);
  return answer;
}

/** What a closed account had is to be had again. */
async function freeSenders(batch: Batch, accountSid: string): Promise<void> {
  const rows = await batch.query('delete from senders where account_sid = $1 returning sid', [accountSid]);
  await batch.query(
    `delete from documents where account_sid = $1 and (parent_sid = any($2::text[])
       or kind = 'pool' and sid = any($2::text[]))`,
    [accountSid, rows.map((row) => row[0])],
  );
}

/**
 * The address decides: when another sender has it, also one that is being saved at this moment, nothing is written.
 * The account is held so long, so that nobody closes it meanwhile and leaves it with a sender. One that goes to another
 * account leaves the pool it was in; that goes last: who is putting it in at this moment holds the sender.
 */
export async function saveSender(batch: Batch, sender: Sender, expected?: Sender | null): Promise<SenderSaved> {
  const [account] = await batch.query('select status from accounts where sid = $1 for share', [sender.accountSid]);
  if (account?.[0] === 'closed') return 'closed';
  const [holder] = await batch.query('select sid, account_sid from senders where address = $1 for update', [
    sender.address,
  ]);
  if (holder && holder[0] !== sender.sid) return 'taken';
  if (expected !== undefined && !isExpected(await held(batch, sender.sid), expected, sender)) return 'differs';
  const rows = await batch.query(
    `insert into senders as s (sid, account_sid, address, kind, can_sms, can_mms, rate, properties, created_at,
       updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict ${holder ? '(sid)' : '(address)'} do update set account_sid = excluded.account_sid,
       address = excluded.address, kind = excluded.kind, can_sms = excluded.can_sms, can_mms = excluded.can_mms,
       rate = excluded.rate, properties = excluded.properties, created_at = excluded.created_at,
       updated_at = excluded.updated_at where s.sid = excluded.sid returning s.sid`,
    [
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
    ],
  );
  if (rows.length === 0) return 'taken';
  if (holder && holder[1] !== sender.accountSid) {
    await removeDocument(batch, holder[1] as string, 'pool', sender.sid);
  }
  return 'saved';
}

/** As it is, and stays so for the rest of the batch. */
async function held(batch: Batch, sid: string): Promise<Sender | null> {
  const [row] = await batch.query(`select ${SENDER_COLUMNS} from senders where sid = $1 for update`, [sid]);
  return row ? senderFrom(row as Row) : null;
}

/** With its place in a pool; that goes last: who is putting it in at this moment holds the sender. */
export async function removeSender(batch: Batch, accountSid: string, sid: string): Promise<boolean> {
  const rows = await batch.query('delete from senders where account_sid = $1 and sid = $2 returning sid', [
    accountSid,
    sid,
  ]);
  await removeDocument(batch, accountSid, 'pool', sid);
  return rows.length === 1;
}
