import { StatusChip } from '../../parts/status-chip.tsx';
import { Time } from '../../parts/time.tsx';
import { duration } from '../../parts/time-words.ts';
import { UserText } from '../../parts/user-text.tsx';
import { placeOf, type Span, spanOf, ticksOf } from './axis.ts';
import type { CallbackStep, CarrierStep, StateStep, Timeline as Steps } from './detail.ts';
import classes from './timeline.module.css';

interface Mark {
  key: string;
  left: number;
  /** Percent; 0: an instant. */
  width: number;
  colour: string;
  title: string;
}

interface Props {
  steps: Steps;
  /** The hour it waits for (ISO 8601), where the axis then ends. */
  dueAt: string | null;
}

/** Three tracks over one axis for the eye, and the same steps as a list for reading. */
export function Timeline({ steps, dueAt }: Props) {
  // The section of the carrier shows them, with a word for what they are.
  const carrierIds = new Set(steps.carrier.map(({ carrier_id: id }) => id));
  const endedAt = dueAt ?? steps.ended_at;
  const span = spanOf(steps.started_at, endedAt);
  const tracks: [string, Mark[]][] = [
    ['State', stateMarks(span, steps.states, endedAt)],
    ['Carrier', steps.carrier.map((step, index) => carrierMark(span, step, index))],
    ['Callbacks', steps.callbacks.map((step) => callbackMark(span, step))],
  ];
  return (
    <>
      <div className={classes.axis} aria-hidden>
        <span />
        <div className={classes.ticks}>
          {ticksOf(span).map((ms) => (
            <span key={ms} style={{ left: `${(100 * ms) / (span.endedAt - span.startedAt)}%` }}>
              {duration(ms)}
            </span>
          ))}
        </div>
        {tracks.map(([name, marks]) => (
          <div key={name} className={classes.row}>
            <span className={classes.name}>{name}</span>
            <div className={classes.track}>
              {marks.map(({ key, left, width, colour, title }) => (
                <span
                  key={key}
                  className={classes.mark}
                  data-colour={colour}
                  title={title}
                  style={{ left: `min(${left}%, calc(100% - 5px))`, width: `max(${width}%, 5px)` }}
                />
              ))}
            </div>
          </div>
        ))}
      </div>
      <ol className={classes.list} aria-label="Steps">
        {steps.states.map(({ at, status, note, error_code: code }) => (
          <li key={`${at} ${status}`}>
            <Time at={at} /> <StatusChip status={status} /> {code ? <strong>{code}</strong> : null}{' '}
            {note && !carrierIds.has(note) ? (
              <span className="muted">
                <UserText>{note}</UserText>
              </span>
            ) : null}
          </li>
        ))}
        {dueAt !== null && (
          <li>
            <Time at={dueAt} as="both" /> <span className="muted">due</span>
          </li>
        )}
      </ol>
    </>
  );
}

function stateMarks(span: Span, states: StateStep[], endedAt: string): Mark[] {
  return states.map(({ at, status }, index) => {
    const left = placeOf(span, at);
    const until = placeOf(span, states[index + 1]?.at ?? endedAt);
    return { key: `${status} ${at}`, left, width: until - left, colour: status, title: status };
  });
}

function carrierMark(span: Span, step: CarrierStep, index: number): Mark {
  const { at, command, status, direction } = step;
  const arrow = direction === 'out' ? '→' : '←';
  const title = [arrow, command ?? 'unreadable', status?.name].filter(Boolean).join(' ');
  const colour = status !== null && status.code !== 0 ? 'failed' : 'sent';
  return { key: `${at} ${index}`, left: placeOf(span, at), width: 0, colour, title };
}

function callbackMark(span: Span, step: CallbackStep): Mark {
  const { attempt_id: id, at, ended_at: ended, status, http_status: http, ms, decision } = step;
  const left = placeOf(span, at);
  const title = `${status} ${http ?? 'no answer'} ${duration(ms)}`;
  const colour = decision === 'done' ? 'delivered' : 'failed';
  return { key: String(id), left, width: placeOf(span, ended) - left, colour, title };
}
