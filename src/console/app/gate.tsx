/** Before any page: the session, and the sign-in where one is needed. */
import { RouterProvider } from '@tanstack/react-router';
import { useSessionQuery } from '../api/session.ts';
import { Failure } from '../parts/failure.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { router } from './router.tsx';
import { SessionContext } from './session-context.ts';
import { SignIn } from './sign-in.tsx';

/** Shows the pages to whom they belong. */
export function Gate() {
  const { data: session, error, refetch } = useSessionQuery();
  if (session === undefined) {
    return error === null ? <Skeleton rows={6} /> : <Failure error={error} onRetry={() => void refetch()} />;
  }
  if (session.needs_login && session.user === null) return <SignIn note={session.sign_in_note ?? null} />;
  return (
    <SessionContext value={session}>
      <RouterProvider router={router} />
    </SessionContext>
  );
}
