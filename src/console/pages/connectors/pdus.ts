/** What goes over the connections of a connector, as far as it is traced. */
import { useEffect, useState } from 'react';
import { admin } from '../../api/client.ts';
import type { Pdu } from '../../parts/pdu-line.tsx';

const EVERY_MS = 2_000;
const FIRST = 100;
const MOST_ASKED = 1_000;
const MOST_KEPT = 300;

export async function fetchPdus(
  name: string,
  query: { after?: number; limit: number },
  signal?: AbortSignal,
): Promise<Pdu[]> {
  const path = `connectors/${encodeURIComponent(name)}/pdus`;
  return (await admin<{ pdus: Pdu[] }>(path, { query, signal })).pdus;
}

/** The newest PDUs, newest first, and those that come while one looks. */
export function usePduTail(name: string, isLive: boolean): { pdus: Pdu[] | null; error: unknown; retry: () => void } {
  const [pdus, setPdus] = useState<Pdu[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const last = pdus?.[0]?.id;
  const isFirst = pdus === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer starts the wait for the next
  useEffect(() => {
    if (!isFirst && !isLive) return;
    const left = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const query = last === undefined ? { limit: FIRST } : { after: last, limit: MOST_ASKED };
        const came = await fetchPdus(name, query, left.signal);
        setPdus((before) => [...came.reverse(), ...(before ?? [])].slice(0, MOST_KEPT));
        setError(null);
      } catch (failure) {
        if (!left.signal.aborted) setError(failure);
      }
      if (!left.signal.aborted) setRound((before) => before + 1);
    };
    const timer = setTimeout(() => void ask(), isFirst && error === null ? 0 : EVERY_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [name, isLive, round]);
  return { pdus, error, retry: () => setRound((before) => before + 1) };
}
