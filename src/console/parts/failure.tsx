import { Button } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { ApiFailure } from '../api/client.ts';
import classes from './failure.module.css';
import { UserText } from './user-text.tsx';

interface Props {
  error: unknown;
  /** Shown as "Try again", but where the same would be refused again; left out where one tries again by other means. */
  onRetry?: () => void;
}

/** A refusal in the API's words: its code, what happened, the parameter at fault and what would help. */
export function Failure({ error, onRetry }: Props) {
  const failure = error instanceof ApiFailure ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className={classes.failure} role="alert">
      <CircleAlert size={18} aria-hidden />
      <div>
        <p>
          {failure?.code != null && <strong>{failure.code} </strong>}
          <UserText>{message}</UserText>
        </p>
        {failure?.parameter != null && (
          <p className={classes.detail}>
            Parameter <code>{failure.parameter}</code>
            {failure.details.received !== undefined && (
              <>
                , received <UserText className="mono">{JSON.stringify(failure.details.received)}</UserText>
              </>
            )}
          </p>
        )}
        {failure?.fix != null && (
          <p className={classes.detail}>
            <UserText>{failure.fix}</UserText>
          </p>
        )}
        {onRetry !== undefined && failure?.status !== 400 && (
          <Button variant="default" mt={8} onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
