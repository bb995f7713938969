import { useServerClock } from '../api/clock.ts';
import { relative, timeOf } from './time-words.ts';
import { UserText } from './user-text.tsx';

/** An instant as the server tells it: epoch ms, ISO 8601 or RFC 2822. */
export type Instant = number | string;

interface Props {
  at: Instant | null;
  /** `clock` (`09:14:41.220`, with the day when it is another), `relative` (`3 min ago`) or `both`. */
  as?: 'clock' | 'relative' | 'both';
}

/** A time, with the whole instant in its title; nothing but a dash when there is none. */
export function Time({ at, as = 'clock' }: Props) {
  if (at === null) return <span className="muted">–</span>;
  const when = new Date(at);
  // What cannot be read as a time is shown as it came.
  if (Number.isNaN(when.getTime())) return <UserText>{String(at)}</UserText>;
  if (as === 'clock') return <Shown when={when} text={timeOf(when)} />;
  return <Relative when={when} both={as === 'both'} />;
}

function Relative({ when, both }: { when: Date; both: boolean }) {
  const { nowAt } = useServerClock();
  const words = relative(when.getTime() - nowAt);
  return <Shown when={when} text={both ? `${timeOf(when)} (${words})` : words} />;
}

function Shown({ when, text }: { when: Date; text: string }) {
  return (
    <time dateTime={when.toISOString()} title={`${when.toLocaleString()} · ${when.toISOString()}`} className="nowrap">
      {text}
    </time>
  );
}
