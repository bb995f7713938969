/**
 * The file of a page, fetched when its link is pointed at, or when it is opened. A server that is just being restarted
 * must not cost the page that stands, so nothing but a page that was opened reloads the tab, and it does so only where
 * the server has become another: its new self has other files.
 */
import { useQuery } from '@tanstack/react-query';
import { type ComponentType, type FunctionComponent, useEffect } from 'react';
import { ApiFailure } from '../api/client.ts';
import { useChanges } from '../api/live.ts';
import { queries } from '../api/query.ts';
import { FailedPage } from '../parts/failed-page.tsx';
import { Skeleton } from '../parts/skeleton.tsx';

type Load = () => Promise<{ default: ComponentType }>;

const RELOADED = 'pidge.reloaded';
/** Two versions behind one address would have the tab reload for ever. */
const RELOAD_EVERY_MS = 10_000;

class ReplacedServer extends Error {
  override message = 'This server is another version now. Load the page again.';
}

/** A page as the router takes it: `preload` fetches its file, and never fails. */
export function pageOf(title: string, load: Load): FunctionComponent & { preload: () => Promise<void> | undefined } {
  const file = {
    queryKey: ['server', 'page', title],
    queryFn: () => fetchFile(load),
    networkMode: 'always' as const,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  };
  function Page() {
    const { data, error, refetch } = useQuery(file);
    if (data !== undefined) return <data.default />;
    if (error === null) return <Skeleton rows={8} />;
    return <MissingPage title={title} error={error} onRetry={() => void refetch()} />;
  }
  // A promise would make the router wait, if only to draw its skeleton, for what is there.
  Page.preload = () => (queries.getQueryData(file.queryKey) ? undefined : queries.prefetchQuery(file));
  return Page;
}

function MissingPage({ title, error, onRetry }: { title: string; error: Error; onRetry: () => void }) {
  useEffect(() => {
    if (error instanceof ReplacedServer) reloadOnce();
  }, [error]);
  useChanges((changes) => {
    if (changes.some(({ kind }) => kind === 'unknown')) onRetry();
  });
  return <FailedPage title={title} error={error} onRetry={onRetry} />;
}

async function fetchFile(load: Load): Promise<{ default: ComponentType }> {
  try {
    return await load();
  } catch (cause) {
    if (await isReplaced()) throw new ReplacedServer();
    throw new Error('The file of this page did not come.', { cause });
  }
}

/** Whether the server names another first file than ours, whose name changes with every other. Throws when it does not answer. */
async function isReplaced(): Promise<boolean> {
  const entry = document.querySelector('script[type="module"]')?.getAttribute('src') ?? '';
  const response = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' }).catch(() => {
    throw new ApiFailure(0, {});
  });
  if (!response.ok) throw new ApiFailure(response.status, {});
  return !(await response.text()).includes(entry);
}

function reloadOnce(): void {
  const reloadedAt = Number(sessionStorage.getItem(RELOADED));
  if (Date.now() - reloadedAt < RELOAD_EVERY_MS) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
}
