import { copyText } from './copy.ts';
import classes from './sid.module.css';

/** `SM6f1c…a210`, as SIDs are shown. */
export function shortSid(sid: string): string {
  return sid.length < 14 ? sid : `${sid.slice(0, 6)}…${sid.slice(-4)}`;
}

interface Props {
  sid: string;
  /** What the notice calls it; `SID` when left out. */
  what?: string;
}

/** A SID in its short form; a click copies the whole one. */
export function Sid({ sid, what = 'SID' }: Props) {
  const copy = (event: React.MouseEvent): void => {
    event.stopPropagation();
    void copyText(sid, what);
  };
  return (
    <button type="button" className={classes.sid} title={`${sid}: click to copy`} onClick={copy}>
      <span className="unseen">Copy {what} </span>
      {shortSid(sid)}
    </button>
  );
}
