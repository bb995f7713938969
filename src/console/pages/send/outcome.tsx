/** What the API said, in its own words. */
import { useEffect, useRef } from 'react';
import { PageLink } from '../../app/page-link.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Json } from '../../parts/http-view.tsx';
import { Sid } from '../../parts/sid.tsx';
import { StatusChip } from '../../parts/status-chip.tsx';
import classes from './outcome.module.css';

interface Made {
  sid: string;
  status: string;
  to: string;
  from: string | null;
}

export type Result =
  | { kind: 'sent'; message: Made }
  | {
      kind: 'checked';
      check: { would_answer: number; message: Made; encoding: string; segments: number; send_at: string | null };
    }
  | { kind: 'refused'; error: unknown; wasCheck: boolean };

export function Outcome({ result }: { result: Result | null }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (result !== null) box.current?.scrollIntoView({ block: 'nearest' });
  }, [result]);
  return (
    <div ref={box} aria-live="polite" data-testid="outcome" data-kind={result?.kind}>
      {result !== null && <Said result={result} />}
    </div>
  );
}

function Said({ result }: { result: Result }) {
  switch (result.kind) {
    case 'refused':
      return (
        <>
          {result.wasCheck && <p className={classes.note}>The API would refuse it:</p>}
          <Failure error={result.error} />
        </>
      );
    case 'sent': {
      const { message } = result;
      return (
        <section className={classes.good} aria-label="Answer">
          <p className={classes.line}>
            <strong>201</strong> <Sid sid={message.sid} /> <StatusChip status={message.status} />
            <PageLink to={`/messages/${message.sid}`}>Open message</PageLink>
            {message.status === 'scheduled' && <PageLink to="/scheduled">Scheduled</PageLink>}
          </p>
          <details>
            <summary>The answer</summary>
            <Json value={message} />
          </details>
        </section>
      );
    }
    case 'checked': {
      const { would_answer: status, message, encoding, segments, send_at: sendAt } = result.check;
      return (
        <section className={classes.good} aria-label="Check">
          <p className={classes.line}>
            <strong>The API would answer {status}</strong> <StatusChip status={message.status} /> {encoding} ·{' '}
            {segments === 1 ? '1 segment' : `${segments} segments`}
            {sendAt !== null && ` · at ${sendAt}`}
          </p>
          <p className={classes.note}>Nothing was sent.</p>
          <details>
            <summary>What it would say</summary>
            <Json value={message} />
          </details>
        </section>
      );
    }
  }
}
