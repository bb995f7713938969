/** The frame of every page: top bar, navigation, and the page itself. */
import { Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useIsUnknown } from '../api/accounts.ts';
import { follow, unfollow } from '../api/live.ts';
import { Help } from './help.tsx';
import classes from './layout.module.css';
import { Nav } from './nav.tsx';
import { UnknownAccount } from './not-found.tsx';
import { useAccountSid, useSession } from './session-context.ts';
import { TopBar } from './top-bar.tsx';

/** Follows the events of the account in view for as long as the console stands. */
export function Layout() {
  const account = useAccountSid();
  const { default_account_sid } = useSession();
  const isUnknown = useIsUnknown(account);
  const followed = isUnknown ? default_account_sid : account;
  useEffect(() => {
    follow(followed);
    return unfollow;
  }, [followed]);

  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#main">
        Skip to the page
      </a>
      <TopBar />
      <Nav />
      {/* The account is part of the key: a page never shows one account's state under another's name. */}
      <main id="main" className={classes.main} tabIndex={-1} key={account}>
        {isUnknown ? <UnknownAccount sid={account} /> : <Outlet />}
      </main>
      <Help />
    </div>
  );
}
