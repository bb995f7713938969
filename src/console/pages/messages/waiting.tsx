import { ArrowUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import classes from './messages.module.css';

/** Readers are told at most so often. */
const TELL_EVERY_MS = 5_000;

/** "12 new": what came while one was reading or paused. A click shows it. */
export function Waiting({ count, onTake }: { count: number; onTake: () => void }) {
  const words = count === 0 ? '' : `${Number.isFinite(count) ? count : 'More than 100'} new`;
  return (
    <>
      {count > 0 && (
        <button type="button" className={classes.pill} onClick={onTake}>
          <ArrowUp size={14} aria-hidden /> {words}
        </button>
      )}
      <div className="unseen" aria-live="polite">
        {useSlowly(words)}
      </div>
    </>
  );
}

/** The latest of a text that changes often, at most every five seconds. */
function useSlowly(text: string): string {
  const [told, setTold] = useState('');
  const toldAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const waitMs = Math.max(0, toldAt.current + TELL_EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      toldAt.current = performance.now();
      setTold(text);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return told;
}
