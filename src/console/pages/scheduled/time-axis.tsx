/** A line from now to the last one: a dot a message, and a figure where many would lie on each other. */
import { useMediaQuery } from '@mantine/hooks';
import { useServerClock } from '../../api/clock.ts';
import { timeOf } from '../../parts/time-words.ts';
import { placeOf, spanOf, ticksOf } from './axis.ts';
import type { Scheduled } from './data.ts';
import classes from './time-axis.module.css';

interface Props {
  rows: Scheduled[];
  /** SID of the one that is looked at in the table. */
  pointed: string | null;
  onPoint: (sid: string | null) => void;
  onOpen: (sid: string) => void;
}

/** So many places on the line are told apart: a dot needs some 20 px. */
const PLACES = { wide: 50, narrow: 14 };
/** The line moves on in steps, so that its figures stand still for a moment. */
const STEP_MS = 15_000;

export function TimeAxis({ rows, pointed, onPoint, onOpen }: Props) {
  const { nowAt, frozen } = useServerClock();
  const now = Math.floor(nowAt / STEP_MS) * STEP_MS;
  const span = spanOf(
    now,
    rows.map(({ send_at: at }) => Date.parse(at)),
  );
  const places = useMediaQuery('(max-width: 767px)') ? PLACES.narrow : PLACES.wide;
  const groups = [...Map.groupBy(rows, ({ send_at: at }) => Math.round(placeOf(Date.parse(at), span) * places))];
  return (
    <figure className={classes.axis} aria-label="Time axis; the table below has the same">
      <div className={classes.line} aria-hidden>
        <span className={classes.now}>now{frozen && ' (frozen)'}</span>
        {ticksOf(span).map(({ at, label, place }) => (
          <span key={at} className={classes.tick} style={{ left: `${place * 100}%` }}>
            {label}
          </span>
        ))}
        {groups.map(([place, found]) => {
          const [first] = found;
          if (first === undefined) return null;
          return (
            <button
              key={place}
              type="button"
              tabIndex={-1}
              className={classes.dot}
              style={{ left: `${(place / places) * 100}%` }}
              data-pointed={found.some(({ sid }) => sid === pointed)}
              title={`${timeOf(new Date(first.send_at))} ${first.to}${found.length > 1 ? ` and ${found.length - 1} more` : ''}`}
              onMouseEnter={() => onPoint(first.sid)}
              onMouseLeave={() => onPoint(null)}
              onClick={() => onOpen(first.sid)}
            >
              {found.length > 1 && found.length}
            </button>
          );
        })}
      </div>
    </figure>
  );
}
