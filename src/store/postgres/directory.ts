import type { Account, Sender } from '../directory.ts';
import type { Batch } from './batch.ts';

/** Who may send, and from where. Rare writes: clarity before speed. */

export async function saveAccount(batch: Batch, account: Account): Promise<null> {
  await batch.query(
    `insert into accounts (sid, owner_sid, friendly_name, status, type, sealed_token, default_service_sid, created_at,
       updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (sid) do update set owner_sid = excluded.owner_sid, friendly_name = excluded.friendly_name,
       status = excluded.status, type = excluded.type, sealed_token = excluded.sealed_token,
       default_service_sid = excluded.default_service_sid, created_at = excluded.created_at,
       updated_at = excluded.updated_at`,
    [
      account.sid,
      account.ownerSid,
      account.friendlyName,
      account.status,
      account.type,
      account.sealedToken,
      account.defaultServiceSid,
      account.createdAt,
      account.updatedAt,
    ],
  );
  return null;
}

/** The address decides: when another sender has it, also one that is being saved at this moment, nothing is written. */
export async function saveSender(batch: Batch, sender: Sender): Promise<'saved' | 'taken'> {
  const holder = await batch.query('select sid from senders where address = $1 for update', [sender.address]);
  if (holder[0] && holder[0][0] !== sender.sid) return 'taken';
  const rows = await batch.query(
    `insert into senders as s (sid, account_sid, address, kind, can_sms, can_mms, rate, properties, created_at,
       updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict ${holder[0] ? '(sid)' : '(address)'} do update set account_sid = excluded.account_sid,
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
  return rows.length === 1 ? 'saved' : 'taken';
}

export async function removeSender(batch: Batch, accountSid: string, sid: string): Promise<boolean> {
  const rows = await batch.query('delete from senders where account_sid = $1 and sid = $2 returning sid', [
    accountSid,
    sid,
  ]);
  return rows.length === 1;
}
