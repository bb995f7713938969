import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { View } from './view.ts';

interface Props {
  to: string;
  search?: View;
  className?: string;
  /** Back does not lead here again. */
  replace?: boolean;
  children: ReactNode;
}

/** A link to a page of the console that keeps the account in view; `aria-current` marks the page one is on. */
export function PageLink({ to, search = {}, ...rest }: Props) {
  const next = (before: View): View => (before.account === undefined ? search : { account: before.account, ...search });
  return <Link to={to} search={next as never} activeOptions={{ includeSearch: false }} {...rest} />;
}
