/** The addresses of the console, made from the list of pages. Each page is its own file, fetched when it is opened. */
import { createRootRoute, createRoute, createRouter, redirect, retainSearchParams } from '@tanstack/react-router';
import { Failure } from '../parts/failure.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Layout } from './layout.tsx';
import { NotFound } from './not-found.tsx';
import { pageOf } from './page-file.tsx';
import { PAGES } from './pages.ts';
import { parseSearch, stringifySearch, type View } from './view.ts';

const root = createRootRoute({
  component: Layout,
  notFoundComponent: NotFound,
  validateSearch: (search: Record<string, unknown>) => search as View,
  search: { middlewares: [retainSearchParams(['account'])] },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/messages' as never, replace: true });
  },
});

const pages = PAGES.map(({ path, label, load }) =>
  createRoute({ getParentRoute: () => root, path, component: pageOf(label, load) }),
);

export const router = createRouter({
  routeTree: root.addChildren([home, ...pages]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingComponent: () => <Skeleton rows={8} />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
});
