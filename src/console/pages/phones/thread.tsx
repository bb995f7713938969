/** The conversation: bubbles in order, days between them, and since when the phone wants nothing more from whom. */
import { Button } from '@mantine/core';
import { Ban } from 'lucide-react';
import { Fragment, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { testSide } from '../../api/client.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { Failure } from '../../parts/failure.tsx';
import { Time } from '../../parts/time.tsx';
import { useAction } from '../../parts/use-action.ts';
import { type Conversation, type Entry, keyOf, lookAgain, type OptOut, pathOf } from './api.ts';
import { Bubble } from './bubble.tsx';
import classes from './thread.module.css';
import { ThreadEmpty } from './thread-empty.tsx';

interface Props {
  number: string;
  name: string;
  /** Newest first. */
  pages: Conversation[];
  onEarlier?: () => void;
}

/** So near to its end it is at its end: what comes then is scrolled to. */
const NEAR_PX = 40;

export function Thread({ number, name, pages, onEarlier }: Props) {
  const scroller = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const heightBefore = useRef(0);
  const entries = entriesOf(pages);
  const optOuts = pages[0]?.optouts ?? [];
  const [first, last] = [entries[0], entries.at(-1)];
  const firstKey = first && keyOf(first);
  const lastKey = last && `${keyOf(last)} ${last.status} ${optOuts.length}`;

  useLayoutEffect(() => {
    const box = scroller.current;
    if (lastKey !== undefined && box && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [lastKey]);
  useLayoutEffect(() => {
    const box = scroller.current;
    // What was before has been put on top: one goes on reading where one was.
    if (firstKey !== undefined && box && !atEnd.current) box.scrollTop += box.scrollHeight - heightBefore.current;
  }, [firstKey]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    // Something opened beside it: who was at the end stays there.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  const onScroll = (): void => {
    const box = scroller.current;
    if (!box) return;
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    heightBefore.current = box.scrollHeight;
  };
  const earlier = (): void => {
    atEnd.current = false;
    heightBefore.current = scroller.current?.scrollHeight ?? 0;
    onEarlier?.();
  };

  return (
    <section
      className={classes.thread}
      ref={scroller}
      onScroll={onScroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too
      tabIndex={0}
      aria-label={`Messages of ${name}`}
    >
      {onEarlier && (
        <Button variant="subtle" className={classes.earlier} onClick={earlier}>
          Earlier messages
        </Button>
      )}
      {entries.length === 0 && <ThreadEmpty number={number} name={name} />}
      <ol>
        {entries.map((entry, index) => {
          const before = entries[index - 1];
          return (
            <Fragment key={keyOf(entry)}>
              {isOtherDay(before, entry) && <li className={classes.day}>{dayOf(entry.at)}</li>}
              <OptOutLines number={number} optOuts={optOuts.filter(({ at }) => isBetween(at, before, entry))} />
              <Bubble number={number} entry={entry} />
            </Fragment>
          );
        })}
        <OptOutLines number={number} optOuts={optOuts.filter(({ at }) => last === undefined || at >= last.at)} />
      </ol>
    </section>
  );
}

function OptOutLines({ number, optOuts }: { number: string; optOuts: OptOut[] }): ReactNode {
  return optOuts.map((one) => <OptOutLine key={`${one.channel} ${one.scope}`} number={number} optOut={one} />);
}

function OptOutLine({ number, optOut: { channel, scope, source, at } }: { number: string; optOut: OptOut }) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const {
    run: undo,
    isBusy,
    error,
  } = useAction(async () => {
    const json = { scope, ...(channel === 'whatsapp' && { channel }) };
    await testSide(pathOf(account, number, 'optouts'), { method: 'DELETE', json });
    lookAgain(account);
  });
  return (
    <li className={classes.optout} data-testid="opted-out">
      <span>
        <Ban size={12} aria-hidden /> opted out of <span className="mono">{scope}</span>
        {source !== 'keyword' && ` by ${source}`} · <Time at={Math.floor(Date.parse(at) / 1_000) * 1_000} /> · next send
        → 21610
      </span>
      {mayChange && (
        <Button variant="default" loading={isBusy} onClick={() => void undo()}>
          Undo
        </Button>
      )}
      {error !== null && <Failure error={error} />}
    </li>
  );
}

/** Oldest first, each once: pages overlap when something arrives late. */
function entriesOf(pages: Conversation[]): Entry[] {
  const all = pages.toReversed().flatMap(({ messages }) => messages);
  return [...new Map(all.map((entry) => [keyOf(entry), entry])).values()];
}

function isBetween(at: string, before: Entry | undefined, after: Entry): boolean {
  return at < after.at && (before === undefined || at >= before.at);
}

function isOtherDay(before: Entry | undefined, after: Entry): boolean {
  return before === undefined || new Date(before.at).toDateString() !== new Date(after.at).toDateString();
}

function dayOf(at: string): string {
  return new Date(at).toLocaleDateString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}
