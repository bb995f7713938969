import { EmptyState } from '../parts/empty-state.tsx';
import { PageLink } from './page-link.tsx';

/** An address that names no page. */
export function NotFound() {
  return (
    <EmptyState title="There is no page at this address.">
      <PageLink to="/messages">Go to Messages</PageLink>
    </EmptyState>
  );
}
