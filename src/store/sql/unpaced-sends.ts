/** Unpaced sends without those of some connectors: looked for by connector, whatever backlog the others have. */

const UNPACED_SENDS = "kind = 'send' and lane is null";
/** Named, because for the least of them SQLite reads all by the index of due times. */
const BY_CONNECTOR = 'work indexed by work_send_connectors';

/**
 * The connectors with unpaced sends but those in a JSON array. From one to the next: a `distinct` would read their
 * backlogs.
 */
export const CONNECTORS_BUT = `with recursive of_work (connector) as (
    select min(connector) from ${BY_CONNECTOR} where ${UNPACED_SENDS}
    union all
    select (select min(connector) from ${BY_CONNECTOR} where ${UNPACED_SENDS} and connector > of_work.connector)
    from of_work where connector is not null)
  select connector from of_work where connector is not null and connector not in (select value from json_each(?1))`;

/** When the first of these or of the unpaced notices is due. */
export const NEXT_UNPACED_BUT = `select min(due_at) from (
  select (select min(due_at) from work where ${UNPACED_SENDS} and connector = theirs.connector) as due_at
  from (${CONNECTORS_BUT}) theirs
  union all
  select min(due_at) from work where kind = 'notice' and lane is null
    and connector not in (select value from json_each(?1)))`;
