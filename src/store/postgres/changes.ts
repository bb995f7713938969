import { isSettled, type Message } from '../../domain/message.ts';
import { contentless } from '../../domain/privacy.ts';
import { sidTime } from '../../domain/sid.ts';
import { MESSAGE_COLUMNS, messageFrom, walkerFrom } from '../rows.ts';
import type { Change, Changed } from '../store.ts';
import type { Batch } from './batch.ts';
import { removeMediaOf } from './blobs.ts';
import { forgetVisitsOf } from './links.ts';
import { removePdusOf } from './pdus.ts';
import { dropAnswers, lose, redact } from './privacy.ts';
import { removeAlertsOf } from './reports.ts';

/**
 * What an owner may change. Rare, so one after the other; but locked together and in order first, as all others lock
 * messages. A release locks its work before its message and a cancellation the other way round, so the latter never
 * waits for work: what is locked is being released, and the release removes the work when it finds it canceled.
 */

const READ = `select ${MESSAGE_COLUMNS.join(', ')} from messages
  where account_sid = $1 and sid_at = $2 and sid = $3 for no key update`;
const KEY = 'account_sid = $1 and sid_at = $2 and sid = $3';

export async function change(batch: Batch, changes: Change[], now: number): Promise<Changed[]> {
  await batch.load(changes);
  const answers: Changed[] = [];
  for (const item of changes) answers.push(await changeOne(batch, item, now));
  // Last and together, so that blobs are locked in order.
  const gone = changes.filter(({ verb }, index) => verb === 'remove' && answers[index]?.kind === 'done');
  await removeMediaOf(batch, gone, now);
  return answers;
}

async function changeOne(batch: Batch, item: Change, now: number): Promise<Changed> {
  const key = [item.accountSid, sidTime(item.sid), item.sid];
  const read = async (): Promise<Message | null> => {
    const [row] = await batch.query(READ, key);
    if (row) batch.remember(walkerFrom(row));
    return row ? messageFrom(row) : null;
  };
  const message = await read();
  if (!message) return { kind: 'missing' };
  const early: Changed = { kind: 'early', status: message.status };
  switch (item.verb) {
    case 'redact':
      if (!isSettled(message, now)) return early;
      await redact(batch, [message], now);
      return { kind: 'done', message: { ...message, body: '', options: contentless(message.options), updatedAt: now } };
    case 'remove':
      if (!isSettled(message, now)) return early;
      // Callbacks still due and kept attempts stay (settled 20): neither holds a body.
      await batch.query('delete from parts where account_sid = $1 and message_sid = $2', [item.accountSid, item.sid]);
      await dropAnswers(batch, [item]);
      await removeAlertsOf(batch, [item]);
      await removePdusOf(batch, [item]);
      await forgetVisitsOf(batch, [item]);
      await batch.query(`delete from messages where ${KEY}`, key);
      await batch.query("delete from documents where account_sid = $1 and kind = 'feedback' and sid = $2", [
        item.accountSid,
        item.sid,
      ]);
      batch.count(message.status, -1);
      return { kind: 'done', message };
    case 'cancel': {
      const walker = batch.message(item.sid);
      if (!walker || !batch.advance(walker, 'cancel', now)) return early;
      // Who has claimed the release or the fetch finds it gone.
      for (const kind of ['release', 'fetch']) {
        const gone = await batch.query(
          `delete from work w using (select id from work where account_sid = $1 and message_sid = $2 and kind = '${kind}'
             for update skip locked) free
           where w.account_sid = $1 and w.id = free.id returning w.id`,
          [item.accountSid, item.sid],
        );
        batch.count(`work ${kind}`, -gone.length);
      }
      await batch.flush();
      await lose(batch);
      const canceled = await read();
      return canceled ? { kind: 'done', message: canceled } : { kind: 'missing' };
    }
  }
}
