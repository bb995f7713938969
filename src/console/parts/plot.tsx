/** A plot of some series over time, drawn by uPlot, with the same figures as a table for those who cannot see it. */
import 'uplot/dist/uPlot.min.css';
import { SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import classes from './plot.module.css';
import { timeOf } from './time-words.ts';

export interface Series {
  label: string;
  /** A name of theme.css without the dashes: `sent`, `delivered`, `failed`, `link` … */
  colour: string;
  /** One value for each instant; `null` where there is none. */
  values: (number | null)[];
}

interface Props {
  title: string;
  /** Said after each value: `msg/s`, `ms`. */
  unit?: string;
  /** Instants in epoch ms, rising. */
  at: number[];
  series: Series[];
  height?: number;
}

const TABLE_ROWS = 200;

/** See the head of the file. */
export function Plot({ title, unit = '', at, series, height = 180 }: Props) {
  const [as, setAs] = useState('plot');
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span>
          {title} {unit !== '' && <span className="muted">{unit}</span>}
        </span>
        <SegmentedControl
          size="xs"
          aria-label={`${title} as`}
          value={as}
          onChange={setAs}
          data={[
            { value: 'plot', label: 'Plot' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </figcaption>
      {as === 'plot' ? (
        <Canvas title={title} at={at} series={series} height={height} />
      ) : (
        <Figures title={title} unit={unit} at={at} series={series} height={height} />
      )}
    </figure>
  );
}

function Canvas({ title, at, series, height }: Required<Pick<Props, 'title' | 'at' | 'series' | 'height'>>) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const shape = series.map(({ label, colour }) => `${label} ${colour}`).join();

  // A new plot for new series or colours; new figures are given to the one that stands.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    plot.current = draw(element, at, series, height);
    const sized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      plot.current?.destroy();
    };
  }, [shape, scheme, height]);
  useEffect(() => plot.current?.setData(dataOf(at, series)), [at, series]);

  return (
    <div
      ref={box}
      role="img"
      aria-label={`Plot of ${title}. The table has its figures.`}
      style={{ minHeight: height }}
    />
  );
}

function draw(element: HTMLElement, at: number[], series: Series[], height: number): UPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1 },
    font: '12px system-ui, sans-serif',
  };
  return new UPlot(
    {
      width: element.clientWidth || 300,
      height,
      ms: 1,
      // The last time is written whole, its half beyond the end of its line.
      padding: [12, 32, 0, 0],
      axes: [
        // Room for a time with its seconds, and for more than the zero of a low plot.
        { ...axis, space: 76, values: (_plot, instants) => clocks(instants) },
        { ...axis, size: 52, space: 18 },
      ],
      cursor: { drag: { x: false, y: false } },
      legend: { live: true },
      scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
      series: [
        { value: (plot, value) => instantShown(value ?? plot.data[0][latest(plot.data)]) },
        ...series.map((one) => ({
          label: one.label,
          stroke: colour(one.colour),
          width: 1.5,
          points: { show: true, size: 4, filter: lone },
          value: (plot: UPlot, value: number | null, series: number, index: number | null): string =>
            shown(index === null ? plot.data[series]?.[latest(plot.data)] : value),
        })),
      ],
    },
    dataOf(at, series),
    element,
  );
}

/** Place of the newest instant that has any value: what the legend tells while nobody points anywhere. */
function latest([at, ...series]: UPlot.AlignedData): number {
  return at.findLastIndex((_, index) => series.some((values) => (values[index] ?? null) !== null));
}

/** Values that no line leads to would not be seen. */
function lone(plot: UPlot, place: number): number[] {
  const values = plot.data[place] ?? [];
  const isNone = (index: number): boolean => values[index] === null || values[index] === undefined;
  return [...values.keys()].filter((index) => !isNone(index) && isNone(index - 1) && isNone(index + 1));
}

/** `09:14`, or with seconds where instants are closer than a minute. */
function clocks(instants: number[]): string[] {
  const isFine = instants.some((at) => at % 60_000 !== 0);
  return instants.map((at) => new Date(at).toLocaleTimeString('en-GB').slice(0, isFine ? 8 : 5));
}

function dataOf(at: number[], series: Series[]): UPlot.AlignedData {
  return [at, ...series.map(({ values }) => values)];
}

/** The latest figures, newest first. */
function Figures({ title, unit, at, series, height }: Required<Props>) {
  const rows = at.map((instant, index) => ({ instant, index })).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too
    <div className={classes.figures} style={{ maxHeight: height + 60 }} tabIndex={0}>
      <table aria-label={`${title} ${unit}`}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map(({ label }) => (
              <th scope="col" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, TABLE_ROWS).map(({ instant, index }) => (
            <tr key={instant}>
              <th scope="row">{timeOf(new Date(instant))}</th>
              {series.map(({ label, values }) => (
                <td key={label}>{shown(values[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function instantShown(at: number | undefined): string {
  return at === undefined ? shown(at) : timeOf(new Date(at));
}

function shown(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Math.round(value * 1_000) / 1_000);
}
