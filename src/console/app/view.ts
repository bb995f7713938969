/** The URL holds the whole view: reload, share and Back work because a page keeps nothing of it elsewhere. */
import { useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { useCallback, useMemo, useRef } from 'react';

export type View = Record<string, string>;

/** Plain `?name=value` pairs, never JSON: addresses are typed and read by people. */
export function parseSearch(search: string): View {
  return Object.fromEntries(new URLSearchParams(search));
}

/** What is empty is left out, and colons stay as they are typed. */
export function stringifySearch(view: Record<string, unknown>): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (value !== undefined && value !== null && value !== '') made.set(name, String(value));
  }
  const text = made.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/**
 * The part of the URL that a page owns: `useView({ q: '', tab: 'all' })` answers the values in the address, the
 * defaults where it names none, and a setter for some of them. A setter call replaces the address (no step for Back)
 * unless `push` is true.
 */
export function useView<T extends View>(defaults: T): [T, (patch: Partial<T>, push?: boolean) => void] {
  const { search: current, room } = useRouterState({
    select: ({ location }) => ({ search: location.search as View, room: roomOf(location.pathname) }),
    structuralSharing: true,
  });
  // While the next page loads, this one still stands: what the address says by then is not meant for it.
  const own = useRef({ search: current, room });
  if (own.current.room === room) own.current.search = current;
  const { search } = own.current;
  const navigate = useNavigate();
  // Callers write the defaults in place: the same words are the same defaults.
  const words = JSON.stringify(defaults);
  const fixed = useMemo(() => JSON.parse(words) as T, [words]);
  const view = useMemo(() => {
    const found: View = { ...fixed };
    for (const name of Object.keys(fixed)) if (search[name] !== undefined) found[name] = String(search[name]);
    return found as T;
  }, [search, fixed]);
  const set = useCallback(
    (patch: Partial<T>, push = false) => {
      const change = (before: View): View => {
        const after: Record<string, string | undefined> = { ...before };
        // Left out would mean "as before" to the router where it keeps a name, as it does the account's.
        for (const [name, value] of Object.entries(patch)) after[name] = value === fixed[name] ? undefined : value;
        return after as View;
      };
      void navigate({ to: '.', search: change as never, replace: !push });
    },
    [navigate, fixed],
  );
  return [view, set];
}

/** A value of the address where it is one of these, else the first: links outlive the tabs and ranges that they name. */
export function known<Value extends string>(value: string, all: readonly [Value, ...Value[]]): Value {
  return all.find((one) => one === value) ?? all[0];
}

/** `messages` of `/messages/SM…`: a message and the list it is from are one room. */
function roomOf(pathname: string): string {
  return pathname.split('/')[1] ?? '';
}

/**
 * Goes to another page with the account kept: `go('/messages/SM…')`, `go('/messages', { q: 'error:30003' })`. With
 * `replace` Back does not lead here again.
 */
export function useGo(): (path: string, search?: View, options?: { replace?: boolean }) => void {
  const navigate = useNavigate();
  return useCallback(
    (path, search = {}, { replace = false } = {}) => {
      const next = (before: View): View =>
        before.account === undefined ? search : { account: before.account, ...search };
      void navigate({ to: path, search: next as never, replace });
    },
    [navigate],
  );
}

/** Whether there is a page at a path, so that nothing leads where none is. Pages cannot import the list that loads them. */
export function useHasPage(path: string): boolean {
  return path in useRouter().routesByPath;
}
