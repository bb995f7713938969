/** When: now, or an hour of the reader's own time, told in UTC as well. */
import { Button, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { serverNow, useServerClock } from '../../api/clock.ts';
import { relative } from '../../parts/time-words.ts';
import classes from './fields.module.css';
import { instantOf, localOf } from './form.ts';

interface Props {
  value: string;
  error: ReactNode;
  onChange: (value: string) => void;
}

/** A minute more than the API's 15: who picks it has to fill in the rest. */
const SOON_MS = 16 * 60_000;

export function SendAtField({ value, error, onChange }: Props) {
  const { nowAt } = useServerClock();
  const at = instantOf(value);
  return (
    <div>
      <TextInput
        type="datetime-local"
        label="Send at"
        description="Empty: now. Scheduling needs a Messaging Service and 15 minutes to 7 days."
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        data-testid="field-SendAt"
      />
      <div className={classes.under}>
        <Button variant="default" onClick={() => onChange(localOf(serverNow() + SOON_MS))}>
          In 16 minutes
        </Button>
        {value !== '' && (
          <Button variant="default" onClick={() => onChange('')}>
            Now
          </Button>
        )}
        {at !== null && (
          <span className="muted">
            {at} UTC, {relative(Date.parse(at) - nowAt)}
          </span>
        )}
      </div>
    </div>
  );
}
