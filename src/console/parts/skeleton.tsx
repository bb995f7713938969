import { useEffect, useState } from 'react';
import classes from './skeleton.module.css';

const PATIENCE_MS = 150;

/** Grey lines where rows will be, once the wait is longer than 150 ms: a quick answer never flickers. */
export function Skeleton({ rows = 5, height = 20 }: { rows?: number; height?: number }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.rows} role="status" aria-label="Loading" data-testid="skeleton" hidden={!late}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <div key={row} className={classes.row} style={{ height }} />
      ))}
    </div>
  );
}
