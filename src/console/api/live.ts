/**
 * What happens on the server, as it happens: one stream a tab, `/_admin/v1/events`, shared by every page.
 *
 * Read with `fetch` and not with `EventSource`: that one gives up for good on the first answer that is no stream (a
 * restarting server behind a proxy), waits three seconds between tries, and cannot resume where another one ended.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { answerOf } from './client.ts';
import { queries } from './query.ts';
import { eventReader, type ServerEvent } from './sse.ts';

/** One change of one thing. What else it says depends on its kind (`http/console/live-changes.ts`); `sid` names the thing. */
export interface Change {
  /**
   * `message`, `attempt`, `alert`, `connector`. A `message` without `sid`: more have changed than the frame tells.
   * `unknown`: anything may have, because the stream has just begun or other nodes work too.
   */
  kind: 'message' | 'attempt' | 'alert' | 'connector' | 'unknown';
  sid?: string;
  [field: string]: unknown;
}

/** At most five a second. */
interface Frame {
  messages: Omit<Change, 'kind'>[];
  /** Of all messages that have changed; `messages` has the newest of them. */
  message_count: number;
  attempts: Omit<Change, 'kind'>[];
  attempt_count: number;
  alerts: Omit<Change, 'kind'>[];
  connectors: Omit<Change, 'kind'>[];
}

export type LiveState = 'connecting' | 'live' | 'lost';

export type Listener = (changes: Change[]) => void;

const RETRY_MS = 1_000;
/** The server beats more often than that; a stream that is silent for longer is dead although nobody closed it. */
const SILENCE_MS = 45_000;

const listeners = new Set<Listener>();
const resets = new Set<() => void>();
const watchers = new Set<() => void>();

let state: LiveState = 'connecting';
let current: AbortController | null = null;

/** Follows the events of an account (and of what belongs to none) until the next call. */
export function follow(account: string): void {
  current?.abort();
  const mine = new AbortController();
  current = mine;
  void run(account, mine.signal);
}

/** Stops following. */
export function unfollow(): void {
  current?.abort();
  current = null;
}

async function run(account: string, signal: AbortSignal): Promise<void> {
  let lastId: string | null = null;
  tell('connecting');
  while (!signal.aborted) {
    try {
      await read(account, lastId, signal, (event) => {
        lastId = event.id ?? lastId;
        hear(event);
      });
    } catch {
      // Whatever ended it, the answer is the same: the dot says so, and the next try follows.
    }
    if (signal.aborted) return;
    tell('lost');
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function read(
  account: string,
  lastId: string | null,
  signal: AbortSignal,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await answerOf('events', {
      query: { account },
      headers: { accept: 'text/event-stream', ...(lastId === null ? {} : { 'Last-Event-ID': lastId }) },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    tell('live');
    const events = eventReader();
    const stream = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never);
    const reader = (stream as ReadableStream<string>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const event of events(value)) onEvent(event);
    }
  } finally {
    clearTimeout(timer);
  }
}

function hear({ event, data }: ServerEvent): void {
  switch (event) {
    case 'reset':
      for (const listener of resets) listener();
      void queries.invalidateQueries();
      return;
    case 'hello':
      // What the pages asked for before the stream began may have changed in between.
      if (!(JSON.parse(data) as { resumed: boolean }).resumed) pass([{ kind: 'unknown' }]);
      return;
    case 'stale':
      pass([{ kind: 'unknown' }]);
      return;
    case 'changes':
      pass(changesOf(JSON.parse(data) as Frame));
  }
}

function changesOf(frame: Frame): Change[] {
  const of = (kind: Change['kind'], list: Omit<Change, 'kind'>[]): Change[] => list.map((one) => ({ ...one, kind }));
  const changes = [
    ...of('message', frame.messages),
    ...of('attempt', frame.attempts),
    ...of('alert', frame.alerts),
    ...of('connector', frame.connectors),
  ];
  if (frame.message_count > frame.messages.length) changes.push({ kind: 'message' });
  return changes;
}

function pass(changes: Change[]): void {
  if (changes.length > 0) for (const listener of listeners) listener(changes);
}

function tell(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** The state of the stream, for the dot in the top bar. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}

/** Hears every batch of changes until the answer is called: for what lives longer than a component. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Hears every batch of changes while the component stands; `onReset` when some were missed (queries are refetched anyway). */
export function useChanges(listener: Listener, onReset?: () => void): void {
  const latest = useRef({ listener, onReset });
  latest.current = { listener, onReset };
  useEffect(() => {
    const hearing: Listener = (changes) => latest.current.listener(changes);
    const resetting = (): void => latest.current.onReset?.();
    listeners.add(hearing);
    resets.add(resetting);
    return () => {
      listeners.delete(hearing);
      resets.delete(resetting);
    };
  }, []);
}

/**
 * Makes answers old when something of these kinds changes: the simple way for a page to stay live. At most once every
 * `everyMs`, and never later than that after the change.
 */
export function useRefetchOn(kinds: readonly string[], queryKey: readonly unknown[], everyMs = 500): void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useChanges((changes) => {
    if (timer.current !== null || !changes.some(({ kind }) => kind === 'unknown' || kinds.includes(kind))) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      void queries.invalidateQueries({ queryKey });
    }, everyMs);
  });
}
