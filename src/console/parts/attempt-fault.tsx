/** Why a webhook failed, at the head of its attempt: what the code means and what to do; and what a replay leaves out. */

import type { Attempt } from '../api/attempts.ts';
import { useCodeWords } from '../api/catalogue.ts';
import { PageLink } from '../app/page-link.tsx';
import classes from './attempt-view.module.css';
import { UserText } from './user-text.tsx';

/** Nothing when the attempt went well. */
export function AttemptFault({ attempt: { error, error_code: code } }: { attempt: Attempt }) {
  const words = useCodeWords(code);
  if (error === null) return null;
  return (
    <div className={classes.error} role="note" data-testid="attempt-fault">
      <p>
        {code !== null && (
          <PageLink to="/errors" search={{ code: String(code) }}>
            {code}
          </PageLink>
        )}{' '}
        <strong>
          <UserText>{error}</UserText>
        </strong>{' '}
        {words?.meaning}
      </p>
      {words?.fixes.map((fix) => (
        <p key={fix}>Fix: {fix}</p>
      ))}
    </div>
  );
}

/** A replayed question is only looked at; who waits for the answer on the phone is told so. */
export function ReplayNote({ attempt: { kind, replay_of, decision } }: { attempt: Attempt }) {
  const isQuestion = kind === 'inbound' || kind === 'fallback';
  if (!isQuestion || replay_of === null || decision !== 'done') return null;
  return (
    <p className={classes.note}>
      Your app answers again. A replay sends nothing to the phone: <PageLink to="/phones">text it once more</PageLink>{' '}
      to get the reply.
    </p>
  );
}
