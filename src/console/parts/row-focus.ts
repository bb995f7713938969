/** Which row has the focus and how far the table is scrolled: by key, so that rows that come in above move neither. */
import type { VirtualItem } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';

interface Kept {
  key: string | null;
  offset: number;
  /** Heights as they were: without them the offset means other rows. */
  heights: VirtualItem[];
}

/** How long a row is waited for that has to be made: a second or two. */
const FRAMES = 100;

/** By name and address: Back to the same view finds the same place. Lives as long as the tab. */
const places = new Map<string, Kept>();

interface RowFocus {
  index: number;
  /** How far to scroll at first, in pixels. */
  offset: number;
  heights: VirtualItem[];
  setKey: (key: string) => void;
  setOffset: (offset: number, heights: VirtualItem[]) => void;
}

/** The place in a table; remembered under `memory` when one is given. */
export function useRowFocus<Row>(memory: string | undefined, rows: Row[], rowKey: (row: Row) => string): RowFocus {
  const name = memory === undefined ? null : `${memory} ${location.search}`;
  const kept = useRef<Kept>((name === null ? undefined : places.get(name)) ?? { key: null, offset: 0, heights: [] });
  const [key, setKey] = useState(kept.current.key);
  const first = useRef(kept.current);
  const index = key === null ? -1 : rows.findIndex((row) => rowKey(row) === key);

  const keep = (change: Partial<Kept>): void => {
    kept.current = { ...kept.current, ...change };
    if (name !== null) places.set(name, kept.current);
  };

  // Coming back, the row that was opened has the focus again, as soon as it is made.
  useEffect(() => {
    if (kept.current.key === null) return;
    let frame = 0;
    const look = (tries: number): void => {
      frame = requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        const row = document.querySelector<HTMLElement>('tr[data-index][tabindex="0"]');
        if (row !== null) row.focus({ preventScroll: true });
        else if (tries > 0) look(tries - 1);
      });
    };
    look(FRAMES);
    return () => cancelAnimationFrame(frame);
  }, []);

  return {
    index,
    offset: first.current.offset,
    heights: first.current.heights,
    setKey: (next) => {
      keep({ key: next });
      setKey(next);
    },
    setOffset: (offset, heights) => keep({ offset, heights }),
  };
}
