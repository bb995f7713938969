import classes from './errors.module.css';

/** A handful of counts as bars; the words beside it say what they add up to. */
export function Sparkline({ counts, label }: { counts: number[]; label: string }) {
  const most = Math.max(1, ...counts);
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${counts.length * 4} 20`}
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
    >
      {counts.map((count, place) => {
        const height = count === 0 ? 1 : 3 + (17 * count) / most;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={place}
            x={place * 4}
            y={20 - height}
            width={3}
            height={height}
            data-some={count > 0 || undefined}
          />
        );
      })}
    </svg>
  );
}
