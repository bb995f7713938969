/** The list of messages, live: pages on scrolling, new rows at the top, rows made fresh where they stand. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useChanges } from '../../api/live.ts';
import { fetchMessages, type MessageRow, messagesKey, rememberList } from '../../api/messages.ts';
import { queries } from '../../api/query.ts';
import { sortOut } from './fresh.ts';
import { anew, type List, newRows, rowsOf, sidsOf, withAdded, withHead, withRows } from './merge.ts';

/** The first page is small so that it stands soon; those that scrolling asks for are large so that it never waits. */
const FIRST_PAGE = 100;
const LATER_PAGE = 500;
/** Rows of the first page after hours of new ones; then it begins anew. */
const MOST_ON_TOP = 2_000;
/** While much passes, so many looks a second. The first look of a quiet time is at once. */
const LOOK_EVERY_MS = 400;

export interface Messages {
  rows: MessageRow[];
  /** What the server says of the search: what was not looked for. */
  notices: string[];
  isLoading: boolean;
  isComplete: boolean;
  searchedBackTo: string | null;
  error: unknown;
  /** How many have come that are not shown; `Infinity` when more than a page. */
  waiting: number;
  more: () => void;
  retry: () => void;
  /** Shows what waits. */
  takeIn: () => void;
}

/** Messages that match `q`. New ones are taken in while `isOpen` (at the top, not paused) and counted otherwise. */
export function useMessages(account: string, q: string, isOpen: boolean): Messages {
  const key = useMemo(() => messagesKey(account, q), [account, q]);
  const [waiting, setWaiting] = useState(0);
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      fetchMessages(account, q, pageParam, pageParam === null ? FIRST_PAGE : LATER_PAGE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_page,
    // The stream keeps it fresh, and a gap in the stream makes it old.
    staleTime: Number.POSITIVE_INFINITY,
  });

  const change = useCallback(
    (how: (list: List) => List) => queries.setQueryData<List>(key, (list) => list && how(list)),
    [key],
  );

  /** `isGapped`: the stream has told of a part of what is new, so no look at one page can close the gap. */
  const now = useRef({ isOpen, isGapped: false });
  now.current.isOpen = isOpen;
  /** Somebody has asked for what waits, though the list is paused. */
  const wanted = useRef(false);
  const look = useCallback(async () => {
    const { isGapped } = now.current;
    now.current.isGapped = false;
    const head = await fetchMessages(account, q, null, FIRST_PAGE).catch((error: unknown) => {
      now.current.isGapped = isGapped;
      throw error;
    });
    const list = queries.getQueryData<List>(key);
    if (list === undefined) return;
    if (now.current.isOpen || wanted.current) {
      wanted.current = false;
      const how = { keepsAll: q === '', most: MOST_ON_TOP };
      change((before) => (isGapped ? anew(head) : withHead(before, head, how)));
      setWaiting(0);
      return;
    }
    now.current.isGapped ||= isGapped;
    const added = newRows(list, head).length;
    const isMore = isGapped || (added === head.messages.length && head.next_page !== null);
    change((before) => withRows(before, head.messages));
    setWaiting(isMore ? Number.POSITIVE_INFINITY : added);
  }, [account, q, key, change]);
  const lookSoon = useThrottled(look, LOOK_EVERY_MS);

  useChanges(
    (changes) => {
      const list = queries.getQueryData<List>(key);
      if (list === undefined) return;
      const { patches, added } = sortOut(changes);
      const known = sidsOf(list);
      const news = added.filter(({ sid }) => !known.has(sid));
      const isPart = changes.some(({ kind, sid }) => kind === 'message' && sid === undefined);
      if (isPart) now.current.isGapped = true;
      // Without a filter a new one is surely in the list: it is shown at once, and the look completes it. Not when the
      // stream tells of a part of them: some would be missing in between.
      if (q === '' && isOpen && !isPart && news.length > 0) change((before) => withAdded(before, news));
      // With a filter any change may put a message into the list, or take it out.
      const isNews = patches.some(({ sid, error_code }) => !known.has(sid) || error_code != null || q !== '');
      if (isNews || isPart || changes.some(({ kind }) => kind === 'unknown')) lookSoon();
    },
    // What is far below would be fetched again page by page: it is when somebody scrolls there.
    () => change(({ pages, pageParams }) => ({ pages: pages.slice(0, 2), pageParams: pageParams.slice(0, 2) })),
  );

  // What came while one was reading is shown as soon as one is back at the top.
  useEffect(() => {
    if (isOpen && waiting > 0) void look();
  }, [isOpen, waiting, look]);
  useEffect(() => {
    rememberList(key);
    setWaiting(0);
    // One comes back to it: what is new since is looked for.
    if (queries.getQueryData<List>(key) !== undefined) lookSoon();
  }, [key, lookSoon]);

  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, isPending, refetch } = query;
  const last = data?.pages.at(-1);
  return {
    rows: useMemo(() => rowsOf(data as List | undefined), [data]),
    notices: data?.pages[0]?.notices ?? [],
    isLoading: isPending,
    isComplete: last?.next_page === null,
    searchedBackTo: last?.searched_back_to ?? null,
    error: data === undefined ? error : null,
    waiting,
    more: useCallback(() => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    }, [hasNextPage, isFetchingNextPage, fetchNextPage]),
    retry: () => void refetch(),
    takeIn: () => {
      wanted.current = true;
      void look();
    },
  };
}

/** Runs at once, then at most every so often, and always once more after the last call. One run at a time. */
function useThrottled(run: () => Promise<void>, everyMs: number): () => void {
  const state = useRef({ run, busy: false, wanted: false });
  state.current.run = run;
  return useCallback(() => {
    const go = async (): Promise<void> => {
      state.current.busy = true;
      state.current.wanted = false;
      // A look that failed is made up for by the next one: the stream says what to do when it is back.
      await state.current.run().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      state.current.busy = false;
      if (state.current.wanted) void go();
    };
    if (state.current.busy) state.current.wanted = true;
    else void go();
  }, [everyMs]);
}
