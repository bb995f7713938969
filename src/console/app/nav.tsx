import { Menu } from '@mantine/core';
import { useLocation } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import { useKey } from './keys.ts';
import classes from './nav.module.css';
import { useOpenCounts } from './nav-counts.ts';
import { PageLink } from './page-link.tsx';
import { GROUPS, PAGES, type PageEntry } from './pages.ts';
import { useSession } from './session-context.ts';
import { useGo } from './view.ts';

/** What the bottom bar of a small screen has room for, beside "More". */
const BOTTOM = ['/messages', '/phones', '/send', '/errors'];

/** The pages that this server has, in the order of the navigation. */
export function useNavPages(): PageEntry[] {
  const { test_side } = useSession();
  return PAGES.filter(({ group, testSide }) => group !== undefined && (test_side || !testSide));
}

/** The navigation: a column beside the page, a bar below it on a small screen. */
export function Nav() {
  const pages = useNavPages();
  const counts = useOpenCounts();
  const bottom = pages.filter(({ path }) => BOTTOM.includes(path));
  const rest = pages.filter(({ path }) => !BOTTOM.includes(path));
  return (
    <nav className={classes.nav} aria-label="Pages">
      {pages.map((page) => page.key !== undefined && <PageKey key={page.path} page={page} />)}
      {pages.some(({ path }) => path === '/send') && <ComposeKey />}
      <div className={classes.column}>
        {GROUPS.map((group) => {
          const inGroup = pages.filter((page) => page.group === group);
          if (inGroup.length === 0) return null;
          return (
            <section key={group} aria-label={group} className={classes.group}>
              <h2 className={classes.title}>{group}</h2>
              {inGroup.map((page) => (
                <NavLink key={page.path} page={page} count={counts[page.path]} />
              ))}
            </section>
          );
        })}
      </div>
      <div className={classes.bar}>
        {bottom.map((page) => (
          <NavLink key={page.path} page={page} count={counts[page.path]} />
        ))}
        {rest.length > 0 && <More pages={rest} />}
      </div>
    </nav>
  );
}

function NavLink({ page: { path, label, icon: Icon }, count = 0 }: { page: PageEntry; count?: number }) {
  return (
    <PageLink to={path} className={classes.link}>
      {Icon && <Icon size={16} aria-hidden />}
      <span>{label}</span>
      {count > 0 && (
        <span className={classes.count} title={`${count} open in the last day`} data-testid="nav-count">
          {count}
        </span>
      )}
    </PageLink>
  );
}

function More({ pages }: { pages: PageEntry[] }) {
  const go = useGo();
  return (
    <Menu position="top-end" width={220}>
      <Menu.Target>
        <button type="button" className={classes.link}>
          <Ellipsis size={16} aria-hidden />
          <span>More</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown mah="70dvh" style={{ overflow: 'auto' }}>
        {pages.map(({ path, label, icon: Icon }) => (
          <Menu.Item key={path} leftSection={Icon && <Icon size={16} aria-hidden />} onClick={() => go(path)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** `c` composes from anywhere. */
function ComposeKey() {
  const go = useGo();
  const { pathname } = useLocation();
  useKey('c', 'Compose a message', () => go('/send'), pathname !== '/send');
  return null;
}

function PageKey({ page }: { page: PageEntry }) {
  const go = useGo();
  useKey(`g ${page.key}`, `Go to ${page.label}`, () => go(page.path));
  return null;
}
