/** The text, with what it costs and which characters make it dear. */
import { Button, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Guilty } from '../../../domain/guilty.ts';
import { measure, withoutGuilty } from '../../parts/meter.ts';
import { SegmentMeter } from '../../parts/segment-meter.tsx';
import { visible } from '../../parts/user-text.tsx';
import classes from './fields.module.css';

interface Props {
  body: string;
  isSmart: boolean;
  /** Segments are a thing of SMS. */
  isSms: boolean;
  error: ReactNode;
  onChange: (body: string) => void;
}

/** More different ones are not named. */
const MOST_NAMED = 6;

export function BodyField({ body, isSmart, isSms, error, onChange }: Props) {
  const meter = measure(body, isSmart);
  const named = [...new Map(meter.guilty.map((one) => [one.char, one])).values()];
  return (
    <div>
      <Textarea
        label="Body"
        placeholder="Your code is 482913"
        autosize
        minRows={3}
        maxRows={14}
        value={body}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        data-testid="field-Body"
      />
      <div className={classes.under}>
        {isSms ? (
          <SegmentMeter meter={meter} />
        ) : (
          <span className="muted">{meter.characters} characters · no segments beyond SMS</span>
        )}
        {isSmart && <span className="muted">smart encoding is on</span>}
      </div>
      {isSms && named.length > 0 && (
        <ul className={classes.guilty} data-testid="guilty">
          {named.slice(0, MOST_NAMED).map((one) => (
            <li key={one.char}>{wordsOf(one)}</li>
          ))}
          {named.length > MOST_NAMED && <li>and {named.length - MOST_NAMED} more</li>}
          {named.some(({ replacement }) => replacement !== null) && (
            <li>
              <Button variant="default" onClick={() => onChange(withoutGuilty(body))}>
                Replace
              </Button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function wordsOf({ char, codePoint, replacement }: Guilty): ReactNode {
  return (
    <>
      <code>{visible(char)}</code> {codePoint} forces 16-bit
      {replacement !== null && replacement !== '' && (
        <>
          : <code>{replacement}</code> would not
        </>
      )}
      {replacement === '' && ': without it the text is shorter'}
    </>
  );
}
