import type { ReactNode } from 'react';
import { useEffect } from 'react';
import classes from './page-header.module.css';
import { UserText, visible } from './user-text.tsx';

interface Props {
  title: string;
  /** Beside the title: a count, a chip, a SID. */
  aside?: ReactNode;
  /** Buttons, at the far end. */
  actions?: ReactNode;
}

/** Title of a page (its only `h1`, and the name of the tab), with what belongs beside it. */
export function PageHeader({ title, aside, actions }: Props) {
  useEffect(() => {
    document.title = `${visible(title)} · Pidge`;
  }, [title]);
  return (
    <header className={classes.header}>
      <h1>
        <UserText>{title}</UserText>
      </h1>
      {aside}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
