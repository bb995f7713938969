import type { Account, Sender } from '../directory.ts';
import { ACCOUNT_COLUMNS, type Row } from '../rows.ts';
import type { WriteContext } from './context.ts';

/** Who may send, and from where. Rare writes: clarity before speed. */

export function saveAccount(ctx: WriteContext, account: Account): void {
  ctx
    .sql(`insert or replace into accounts (${ACCOUNT_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      account.sid,
      account.ownerSid,
      account.friendlyName,
      account.status,
      account.type,
      account.sealedToken,
      account.defaultServiceSid,
      account.createdAt,
      account.updatedAt,
    );
}

export function saveSender(ctx: WriteContext, sender: Sender): 'saved' | 'taken' {
  const holder = ctx.sql('select sid from senders where address = ?').get(sender.address) as unknown as Row | undefined;
  if (holder && holder[0] !== sender.sid) return 'taken';
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
  return 'saved';
}

export function removeSender(ctx: WriteContext, accountSid: string, sid: string): boolean {
  return ctx.sql('delete from senders where account_sid = ? and sid = ?').run(accountSid, sid).changes === 1;
}
