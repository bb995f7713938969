import { ApiFailure } from '../api/client.ts';
import { PageLink } from '../app/page-link.tsx';
import { EmptyState } from './empty-state.tsx';
import { Failure } from './failure.tsx';
import { PageHeader } from './page-header.tsx';

interface Props {
  title: string;
  error: unknown;
  onRetry: () => void;
  /** The list that it is one of, for a page of one thing; `gone`: what to say when that is not there. */
  list?: { to: string; label: string; gone: string };
}

/** A page whose data did not come: still that page, with why and another try, or a way on where none would help. */
export function FailedPage({ title, error, onRetry, list }: Props) {
  const isGone = error instanceof ApiFailure && error.status === 404;
  return (
    <>
      {list && <PageLink to={list.to}>‹ {list.label}</PageLink>}
      <PageHeader title={title} />
      {list && isGone ? <EmptyState title={list.gone} /> : <Failure error={error} onRetry={onRetry} />}
    </>
  );
}
