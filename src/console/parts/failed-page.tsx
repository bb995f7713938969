import { Failure } from './failure.tsx';
import { PageHeader } from './page-header.tsx';

/** A page whose data did not come: still that page, with why and another try. */
export function FailedPage({ title, error, onRetry }: { title: string; error: unknown; onRetry: () => void }) {
  return (
    <>
      <PageHeader title={title} />
      <Failure error={error} onRetry={onRetry} />
    </>
  );
}
