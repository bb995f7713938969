import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { CircleHelp, LogOut, Moon, Snowflake, Sun } from 'lucide-react';
import { useServerClock } from '../api/clock.ts';
import { useLiveState } from '../api/live.ts';
import { type Session, signOut } from '../api/session.ts';
import { AccountSwitcher } from './account-switcher.tsx';
import { openHelp } from './help.tsx';
import { useKey } from './keys.ts';
import { PageLink } from './page-link.tsx';
import { Search } from './search.tsx';
import { useSession } from './session-context.ts';
import classes from './top-bar.module.css';

/** What is true on every page: the mode, the account, the clock, whether the stream is live. */
export function TopBar() {
  const { user, needs_login } = useSession();
  return (
    <header className={classes.bar}>
      <PageLink to="/messages" className={classes.name}>
        pidge
      </PageLink>
      <ModeBadge />
      <AccountSwitcher />
      <Search />
      <span className={classes.right}>
        <Clock />
        <LiveDot />
        <ThemeSwitch />
        <Tooltip label="Keys and help (?)">
          <ActionIcon className={classes.wide} aria-label="Keys and help" onClick={openHelp}>
            <CircleHelp size={18} />
          </ActionIcon>
        </Tooltip>
        {needs_login && user !== null && (
          <Tooltip label={`Sign out ${user.name} (${user.role})`}>
            <ActionIcon aria-label={`Sign out ${user.name}`} onClick={() => void signOut()}>
              <LogOut size={18} />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
    </header>
  );
}

/** As the banner of the server words it. */
const REACHES: Record<Session['reach'], string> = {
  phones: 'Messages reach no real phone.',
  people: 'Messages reach real recipients.',
  nobody: 'No carrier is configured, so nothing can be sent yet.',
};

/** SIMULATED or LIVE: whether a message that is sent here reaches a person, or would with a carrier. */
function ModeBadge() {
  const { reach, lenient, mode, version } = useSession();
  const simulated = reach === 'phones';
  const says = REACHES[reach];
  return (
    <Tooltip label={`${says} Mode ${mode}${lenient ? ', lenient' : ''}, version ${version}.`}>
      <span className={classes.badge} data-live={!simulated || undefined} data-testid="mode-badge">
        <span aria-hidden>◉</span> {simulated ? 'SIMULATED' : 'LIVE'}
        {lenient && <span className={classes.lenient}>lenient</span>}
        {reach === 'nobody' && <span className={classes.lenient}>no carrier</span>}
      </span>
    </Tooltip>
  );
}

function Clock() {
  const { nowAt, frozen } = useServerClock();
  const text = new Date(nowAt).toLocaleTimeString('en-GB');
  return (
    <Tooltip label={`The server's clock: ${new Date(nowAt).toISOString()}${frozen ? ', frozen' : ''}`}>
      <span className={classes.clock} data-frozen={frozen || undefined}>
        {frozen && <Snowflake size={14} aria-label="frozen" />} {text}
      </span>
    </Tooltip>
  );
}

function LiveDot() {
  const state = useLiveState();
  const words = { live: 'live', connecting: 'connecting', lost: 'reconnecting' };
  return (
    <span className={classes.live} data-state={state} data-testid="live-dot">
      <span aria-hidden className={classes.dot} /> <span className="unseen-narrow">{words[state]}</span>
    </span>
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  const turn = (): void => setColorScheme(dark ? 'light' : 'dark');
  useKey('t', 'Light or dark', turn);
  return (
    <Tooltip label={dark ? 'Light (t)' : 'Dark (t)'}>
      <ActionIcon aria-label={dark ? 'Light colours' : 'Dark colours'} onClick={turn}>
        {dark ? <Sun size={18} /> : <Moon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
