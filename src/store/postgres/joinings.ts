import { type Joining, joiningKey, takePart as judgePart } from '../../domain/inbound-parts.ts';
import { joiningFrom, joiningWorkFrom, newJoiningRef, withoutTexts, withTexts } from '../inbound-rows.ts';
import {
  type ArrivedPart,
  type EndedSubmission,
  type JoiningWork,
  type PartTaken,
  WHOLE_WAIT_MS,
} from '../inbound-shapes.ts';
import type { Claim } from '../store.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';

/** Parts until their message is taken in, by the rules told in `sql/joinings.ts`. */

interface Place {
  ref: string;
  connector: string;
  key: string;
  accountSid: string;
  /** `null`: nothing is kept there yet. */
  joining: Joining | null;
  dueAt: number;
  isChanged: boolean;
}

/** Tries to get a place whose holder has just been pushed aside by another node. */
const MOST_TRIES = 5;

export async function takePart(batch: Batch, items: ArrivedPart[], now: number): Promise<PartTaken[]> {
  const places = await lockPlaces(batch, items, now);
  const aside: Place[] = [];
  const answers = items.map(({ connector, accountSid, part, waitMs }): PartTaken => {
    const place = places.get(placeName(connector, joiningKey(part))) as Place;
    const known = place.joining;
    const taken = judgePart(known, part, now, waitMs);
    if (taken.kind === 'repeated') return { kind: 'repeated', sid: known?.terms?.sid };
    if (taken.kind === 'whole' && !taken.joining) return { kind: 'whole', message: taken.message, joining: null };
    const joining = taken.joining as Joining;
    if (known && joining.parts.length === 1) {
      aside.push({ ...place });
      place.ref = newJoiningRef();
    }
    place.accountSid = accountSid;
    place.joining = taken.kind === 'whole' ? withTexts(joining, known, part) : joining;
    place.dueAt = taken.kind === 'whole' ? now + WHOLE_WAIT_MS : joining.dueAt;
    place.isChanged = true;
    if (taken.kind === 'waiting') return { kind: 'waiting', sid: joining.terms?.sid };
    return { kind: 'whole', message: taken.message, joining: place.ref };
  });
  await pushAside(batch, aside, now);
  await keep(
    batch,
    [...places.values()].filter(({ isChanged }) => isChanged),
  );
  const unused = [...places.values()].filter(({ joining }) => joining === null).map(({ ref }) => ref);
  if (unused.length > 0) await batch.query('delete from joinings where ref = any($1::text[])', [unused]);
  batch.made.joining ||= aside.length > 0;
  return answers;
}

function placeName(connector: string, key: string): string {
  return `${connector}\n${key}`;
}

/** Makes and locks a row for each key, so that two nodes that get parts of one message at once take turns. */
async function lockPlaces(batch: Batch, items: ArrivedPart[], now: number): Promise<Map<string, Place>> {
  const wanted = new Map(
    items.map(({ connector, accountSid, part }) => {
      const key = joiningKey(part);
      return [placeName(connector, key), { connector, key, accountSid }];
    }),
  );
  const places = new Map<string, Place>();
  for (let tries = 0; wanted.size > 0; tries += 1) {
    if (tries === MOST_TRIES) throw new Error('The joinings of these parts could not be locked');
    const columns = new Columns(4);
    for (const [, { connector, key, accountSid }] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
      columns.push(newJoiningRef(), connector, key, accountSid);
    }
    await batch.query(
      `insert into joinings (ref, connector, key, account_sid, due_at, joining)
       select u.*, $5, '' from unnest($1::text[], $2::text[], $3::text[], $4::text[]) u
       on conflict (connector, key) where key is not null do nothing`,
      [...columns.values, now],
    );
    const rows = await batch.query(
      `select j.ref, j.connector, j.key, j.account_sid, j.due_at, j.joining
       from unnest($1::text[], $2::text[]) u (connector, key)
       join joinings j on j.connector = u.connector and j.key = u.key order by j.connector, j.key for update of j`,
      [columns.values[1], columns.values[2]],
    );
    for (const [ref, connector, key, accountSid, dueAt, text] of rows as [
      string,
      string,
      string,
      string,
      number,
      string,
    ][]) {
      const name = placeName(connector, key);
      const joining = text === '' ? null : joiningFrom(text);
      places.set(name, { ref, connector, key, accountSid, joining, dueAt, isChanged: false });
      wanted.delete(name);
    }
  }
  return places;
}

/** One after the other and first, as each gives its key to the next. Some are of this very batch, and not kept yet. */
async function pushAside(batch: Batch, aside: Place[], now: number): Promise<void> {
  for (const place of aside) {
    if (place.isChanged) await keep(batch, [place]);
    await batch.query(
      'update joinings set key = null, due_at = case when owner is null then $2 else due_at end where ref = $1',
      [place.ref, now],
    );
  }
}

async function keep(batch: Batch, places: Place[]): Promise<void> {
  for (const { ref, connector, key, accountSid, dueAt, joining } of places) {
    await batch.query(
      `insert into joinings (ref, connector, key, account_sid, due_at, joining) values ($1, $2, $3, $4, $5, $6)
       on conflict (ref) do update set account_sid = excluded.account_sid, due_at = excluded.due_at,
         joining = excluded.joining, owner = null`,
      [ref, connector, key, accountSid, dueAt, JSON.stringify(joining)],
    );
  }
}

export async function claimJoinings(
  batch: Batch,
  { owner, limit, leaseMs }: Claim,
  now: number,
): Promise<JoiningWork[]> {
  await batch.query(
    `delete from joinings where ref in (select ref from joinings where due_at <= $1 and message_sid is not null
       order by due_at limit 1000 for update skip locked)`,
    [now],
  );
  const rows = await batch.query(
    `with due as materialized (
       select ref, due_at from joinings where due_at <= $1 and message_sid is null order by due_at, ref limit $2
       for update skip locked)
     update joinings j set owner = $3, due_at = $4 from due where j.ref = due.ref
     returning j.ref, j.connector, j.account_sid, j.joining, due.due_at`,
    [now, limit, owner, now + leaseMs],
  );
  return rows
    .sort((a, b) => (a[4] as number) - (b[4] as number) || ((a[0] as string) < (b[0] as string) ? -1 : 1))
    .map(joiningWorkFrom);
}

/** Those of a claim whose commit got no answer. */
export async function giveBackJoinings(batch: Batch, { owner, leaseMs }: Claim, now: number): Promise<void> {
  await batch.query(
    'update joinings set owner = null, due_at = $1 where owner = $2 and due_at = $3 and message_sid is null',
    [now, owner, now + leaseMs],
  );
}

export async function endSubmission(
  batch: Batch,
  { joining, accountSid, messageSid, tell }: EndedSubmission,
  now: number,
): Promise<boolean> {
  const held = (await lockJoinings(batch, [joining])).get(joining);
  if (!held || held.messageSid !== null) return false;
  await endJoinings(batch, [{ ref: joining, messageSid, text: held.text }]);
  if (tell) batch.queueCallback({ accountSid, sid: messageSid }, tell, now);
  return true;
}

export interface HeldJoining {
  messageSid: string | null;
  text: string;
}

/** Locks joinings that are about to be taken in. Those that are not known any more are left out. */
export async function lockJoinings(batch: Batch, refs: string[]): Promise<Map<string, HeldJoining>> {
  if (refs.length === 0) return new Map();
  const rows = await batch.query(
    'select ref, message_sid, joining from joinings where ref = any($1::text[]) order by ref for update',
    [refs],
  );
  return new Map(
    rows.map(([ref, messageSid, text]) => [
      ref as string,
      { messageSid: messageSid as string | null, text: text as string },
    ]),
  );
}

/** They were taken in: their texts go, and they are kept as long as their parts may come again. */
export async function endJoinings(batch: Batch, ended: { ref: string; messageSid: string; text: string }[]) {
  for (const { ref, messageSid, text } of ended) {
    await batch.query('update joinings set message_sid = $2, owner = null, due_at = $3, joining = $4 where ref = $1', [
      ref,
      messageSid,
      joiningFrom(text).dueAt,
      withoutTexts(text),
    ]);
  }
}
