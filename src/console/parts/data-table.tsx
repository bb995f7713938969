/**
 * Rows of any number. A real table whose rows are made only where one looks (50 000 rows are some hundred elements);
 * `aria-rowcount` and `aria-rowindex` tell the true count. On a narrow screen each row is a card.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useKey } from '../app/keys.ts';
import classes from './data-table.module.css';
import { useRowFocus } from './row-focus.ts';

export interface Column<Row> {
  key: string;
  title: string;
  /** CSS width of the column; the one without takes what is left. */
  width?: string;
  align?: 'end';
  /** Where it goes on a card: first line (`head`), its far end (`end`), second line (`pair`), a line of its own (default), nowhere. */
  card?: 'head' | 'end' | 'pair' | 'line' | 'none';
  cell: (row: Row) => ReactNode;
}

export interface TableHandle {
  scrollToTop: () => void;
}

interface Props<Row> {
  /** Name of the table for those who cannot see it. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** How many there are in all, when `rows` is a part of them; -1 when nobody knows. */
  total?: number;
  onOpen?: (row: Row) => void;
  /** Called near the end of the rows, when there are more. */
  onMore?: () => void;
  /** Attributes of each row: `data-testid`, `data-sid`, `data-tone` (`bad`, `warn`). */
  rowProps?: (row: Row) => Record<string, string | undefined>;
  /** Name under which scroll and focus are kept for Back; left out, they are not. */
  memory?: string;
  /** Told when the top comes into view or leaves it. */
  onAtTop?: (atTop: boolean) => void;
  /** The row that has the focus, for keys of the page; `null` when none has. */
  onFocusRow?: (row: Row | null) => void;
  handle?: RefObject<TableHandle | null>;
  rowHeight?: number;
  /** Rows are cards where the table has less room than this, in pixels; 600 when left out. */
  cardsBelow?: number;
  /** True: fills what is left of the page and scrolls (the page is a flex column). False: as tall as its rows, for short tables. */
  fill?: boolean;
}

const OVERSCAN = 12;

/** See the head of the file. */
export function DataTable<Row>(props: Props<Row>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    total = rows.length,
    onOpen,
    onMore,
    rowProps,
    rowHeight = 24,
    cardsBelow = 600,
    fill = true,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const keep = useRowFocus(props.memory, rows, rowKey);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rowKey(rows[index] as Row),
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    initialOffset: keep.offset,
    initialMeasurementsCache: keep.heights,
    initialRect: { width: 0, height: 800 },
  });
  const isNarrow = useNarrow(scroller, cardsBelow);
  // Cards are taller: what was measured of rows means nothing for them.
  const shape = useRef(isNarrow);
  useEffect(() => {
    if (shape.current !== isNarrow) virtual.measure();
    shape.current = isNarrow;
  }, [isNarrow, virtual]);
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);

  const nearEnd = (items.at(-1)?.index ?? 0) >= rows.length - OVERSCAN * 2;
  useEffect(() => {
    if (nearEnd && rows.length > 0) onMore?.();
  }, [nearEnd, rows.length, onMore]);

  useImperativeHandle(props.handle, () => ({
    scrollToTop: () => scroller.current?.scrollTo({ top: 0 }),
  }));

  const wanted = useRef(-1);
  const focusAt = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    wanted.current = index;
    keep.setKey(rowKey(row));
    virtual.scrollToIndex(index);
    // Of keys in quick succession the last one counts: a late focus of one before would lead back.
    const focus = (): void => {
      if (wanted.current === index) rowElement(scroller.current, index)?.focus();
    };
    // At once, so that Enter may follow quickly; the row may also only be made by the scrolling.
    focus();
    requestAnimationFrame(() => requestAnimationFrame(focus));
  };
  const step = (by: number): void =>
    focusAt(keep.index < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, keep.index + by)));
  useKey('j', 'Next row', () => step(1));
  useKey('k', 'Row before', () => step(-1));

  const focused = keep.index < 0 ? null : (rows[keep.index] ?? null);
  const { onFocusRow } = props;
  useEffect(() => onFocusRow?.(focused), [focused, onFocusRow]);

  // The row one comes back to is in sight, also when it was left in the middle of a movement.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when one comes back, and never again
  useEffect(() => {
    if (keep.index >= 0) virtual.scrollToIndex(keep.index, { align: 'auto' });
  }, []);

  // One who comes back further down is not at the top, although nothing has been scrolled yet.
  const { onAtTop } = props;
  const isLow = keep.offset > 0;
  useEffect(() => {
    if (isLow) onAtTop?.(false);
  }, [isLow, onAtTop]);

  const onScroll = (): void => {
    const top = scroller.current?.scrollTop ?? 0;
    keep.setOffset(top, virtual.measurementsCache);
    onAtTop?.(top < 4);
  };
  const onKeyDown = (event: KeyboardEvent, row: Row): void => {
    if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
    event.preventDefault();
    onOpen?.(row);
  };

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      data-fill={fill}
      data-cards={isNarrow}
      onScroll={onScroll}
      data-testid="table-scroller"
    >
      {/* Roles said aloud: as cards the rows are no table to the browser, but still one to the reader. */}
      <table className={classes.table} role="table" aria-label={label} aria-rowcount={total < 0 ? -1 : total + 1}>
        <colgroup>
          {columns.map(({ key, width }) => (
            <col key={key} style={{ width }} />
          ))}
        </colgroup>
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            {columns.map(({ key, title, align }) => (
              <th key={key} role="columnheader" scope="col" data-align={align}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {before > 0 && <Space height={before} columns={columns.length} />}
          {items.map(({ index, key }) => {
            const row = rows[index] as Row;
            return (
              <tr
                key={key}
                ref={virtual.measureElement}
                role="row"
                data-index={index}
                aria-rowindex={index + 2}
                tabIndex={index === Math.max(0, keep.index) ? 0 : -1}
                className={onOpen && classes.open}
                onClick={() => onOpen?.(row)}
                onFocus={() => keep.setKey(rowKey(row))}
                onKeyDown={(event) => onKeyDown(event, row)}
                {...rowProps?.(row)}
              >
                {columns.map(({ key: name, align, card = 'line', cell }) => (
                  <td key={name} role="cell" data-align={align} data-card={card}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <Space height={after} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

/** Whether the element is narrower than `below`, judged before anything is drawn. */
function useNarrow(element: RefObject<HTMLElement | null>, below: number): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return;
    const judge = (): void => setNarrow(box.clientWidth < below);
    judge();
    const watched = new ResizeObserver(judge);
    watched.observe(box);
    return () => watched.disconnect();
  }, [element, below]);
  return isNarrow;
}

/** Stands for the rows that are not made. */
function Space({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden className={classes.space}>
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

function rowElement(scroller: HTMLElement | null, index: number): HTMLElement | null {
  return scroller?.querySelector(`tr[data-index="${index}"]`) ?? null;
}
