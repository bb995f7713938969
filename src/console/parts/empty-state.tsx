import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

interface Props {
  /** One sentence: what would be here. */
  title: string;
  /** One button, and a `Snippet` with one command, where they help. */
  children?: ReactNode;
}

/** A page with nothing on it yet teaches how to fill it. */
export function EmptyState({ title, children }: Props) {
  return (
    <section className={classes.empty} data-testid="empty-state">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
