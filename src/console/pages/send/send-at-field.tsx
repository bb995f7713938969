/** When: now, or an hour of the reader's own time, told in UTC as well. */
import { Button, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { serverNow, useServerClock } from '../../api/clock.ts';
import { useSession } from '../../app/session-context.ts';
import { soonAt, soonMs, windowWords } from '../../parts/schedule-window.ts';
import { duration, relative } from '../../parts/time-words.ts';
import classes from './fields.module.css';
import { instantOf, localOf } from './form.ts';

interface Props {
  /** As the form has it. */
  value: string;
  error: ReactNode;
  onChange: (value: string) => void;
}

export function SendAtField({ value, error, onChange }: Props) {
  const { schedule_lead: lead } = useSession();
  const { nowAt } = useServerClock();
  const at = instantOf(value);
  return (
    <div>
      <TextInput
        type="datetime-local"
        label="Send at"
        description={`Empty: now. Scheduling needs a Messaging Service, ${windowWords(lead)}.`}
        value={localOf(value)}
        onChange={({ currentTarget: { value: local } }) => onChange(instantOf(local) ?? local)}
        error={error}
        data-testid="field-SendAt"
      />
      <div className={classes.under}>
        <Button variant="default" onClick={() => onChange(new Date(soonAt(lead, serverNow())).toISOString())}>
          In {duration(soonMs(lead))}
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
