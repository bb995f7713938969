import { LONGEST_BODY, type Meter } from './meter.ts';
import classes from './segment-meter.module.css';

/** `24/160 GSM-7 · 1 segment`, told as one types; what is dear is marked. */
export function SegmentMeter({ meter }: { meter: Meter }) {
  const { encoding, segments, units, capacity, characters } = meter;
  const isTooLong = characters > LONGEST_BODY;
  return (
    <span className={classes.meter} data-dear={encoding === 'UCS-2'} data-bad={isTooLong} data-testid="segment-meter">
      <span className={classes.figures}>
        {units}/{capacity}
      </span>{' '}
      {encoding}
      {segments > 1 && (
        <>
          {' '}
          · <strong>{segments} segments</strong>
        </>
      )}
      {segments === 1 && ' · 1 segment'}
      {isTooLong && ` · ${characters} of ${LONGEST_BODY} characters`}
    </span>
  );
}
