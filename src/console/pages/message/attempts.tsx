import { useState } from 'react';
import type { Attempt } from '../../api/attempts.ts';
import { AboutChip, ResultChip } from '../../parts/attempt-chips.tsx';
import { AttemptView } from '../../parts/attempt-view.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import { Time } from '../../parts/time.tsx';
import { duration } from '../../parts/time-words.ts';
import { UserText } from '../../parts/user-text.tsx';
import classes from './attempts.module.css';
import type { Webhook } from './detail.ts';

interface Props {
  attempts: (Attempt | Webhook)[];
  /** Said when there are none. */
  none: string;
  onReplayed: () => void;
}

/** Attempts about one message, a line each, each to be opened. */
export function Attempts({ attempts, none, onReplayed }: Props) {
  if (attempts.length === 0) return <p className="muted">{none}</p>;
  // What went wrong is what one came for.
  const failed = attempts.findLast(({ decision }) => decision !== 'done')?.id;
  return attempts.map((attempt) => (
    <Line key={attempt.id} attempt={attempt} opened={attempt.id === failed} onReplayed={onReplayed} />
  ));
}

interface LineProps {
  attempt: Attempt | Webhook;
  opened: boolean;
  onReplayed: () => void;
}

function Line({ attempt, opened, onReplayed }: LineProps) {
  const [isOpen, setOpen] = useState(opened);
  // Whoever comes for what went wrong asks first what the app answered.
  const [tab, setTab] = useState(opened && attempt.response !== null ? 'response' : 'request');
  return (
    <details
      className={classes.attempt}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="attempt-row"
    >
      <summary>
        <Time at={attempt.at} /> <AboutChip attempt={attempt} /> <ResultChip attempt={attempt} />{' '}
        <span className="muted">{duration(attempt.ms)}</span>{' '}
        <UserText className="mono">{`${attempt.method} ${attempt.url}`}</UserText>
        {attempt.attempt > 1 && <span className="muted"> try {attempt.attempt}</span>}
        {attempt.replay_of !== null && <span className="muted"> replay</span>}
      </summary>
      {isOpen && 'twiml' in attempt && attempt.twiml !== null && (
        <>
          <p className="muted">The app answered:</p>
          <Snippet code={attempt.twiml} label="TwiML" />
        </>
      )}
      {/* Made only when looked at: its keys are those of the page. */}
      {isOpen && <AttemptView attempt={attempt} tab={tab} onTab={setTab} onMade={onReplayed} />}
    </details>
  );
}
