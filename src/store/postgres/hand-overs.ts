import type { HandOvers } from '../work-shapes.ts';
import type { Batch } from './batch.ts';

/** What may be at a carrier, by the rules told in `sql/hand-overs.ts`: `with` this, `MAY_BE_SENT` is asked of a row. */
export const HAND_OVERS = `told as materialized (select owner, connector from hand_overs),
  handed as materialized (select h.owner, h.connector, e.value from hand_overs h, json_array_elements_text(h.works::json) e)`;
export const MAY_BE_SENT = `(
  not exists (select 1 from told t where t.owner = work.owner and t.connector = work.connector)
  or exists (select 1 from handed h
    where h.owner = work.owner and h.connector = work.connector and h.value = work.id || ':' || work.attempt))`;

const NOTE = `insert into hand_overs (owner, connector, works) values ($1, $2, $3)
  on conflict (owner, connector) do update set works = excluded.works`;

export async function noteHandOvers(batch: Batch, { owner, connector, works }: HandOvers): Promise<null> {
  await batch.query(NOTE, [owner, connector, JSON.stringify(works)]);
  return null;
}

/** `whose`: a condition on `hand_overs`. */
export async function forgetHandOvers(batch: Batch, whose: string, values: unknown[]): Promise<void> {
  await batch.query(`delete from hand_overs where ${whose}`, values);
}
