/** Every page, one line each: where it is, what the navigation calls it, and how it is loaded. */
import {
  Activity,
  Bug,
  Cable,
  CalendarClock,
  Hash,
  Inbox,
  KeyRound,
  LayoutTemplate,
  Link2,
  type LucideIcon,
  SendHorizontal,
  Settings,
  Smartphone,
  Waypoints,
  Webhook,
} from 'lucide-react';
import type { ComponentType } from 'react';

export type Group = 'Monitor' | 'Simulate' | 'Build' | 'Set up' | 'Admin';

export interface PageEntry {
  /** `$sid` and the like are parameters of the path. */
  path: string;
  /** Where the navigation shows it; left out for a page that is reached from another. */
  group?: Group;
  /** Title of the page and word in the navigation. */
  label: string;
  icon?: LucideIcon;
  /** `g` and this letter open it. */
  key?: string;
  /** Only where the test side is: phones, faults and clock. */
  testSide?: true;
  load: () => Promise<{ default: ComponentType }>;
}

export const PAGES: PageEntry[] = [
  {
    path: '/messages',
    group: 'Monitor',
    label: 'Messages',
    icon: Inbox,
    key: 'm',
    load: () => import('../pages/messages/page.tsx'),
  },
  {
    path: '/errors',
    group: 'Monitor',
    label: 'Errors',
    icon: Bug,
    key: 'e',
    load: () => import('../pages/errors/page.tsx'),
  },
  {
    path: '/webhooks',
    group: 'Monitor',
    label: 'Webhooks',
    icon: Webhook,
    key: 'w',
    load: () => import('../pages/webhooks/page.tsx'),
  },
  {
    path: '/plots',
    group: 'Monitor',
    label: 'Metrics',
    icon: Activity,
    load: () => import('../pages/metrics/page.tsx'),
  },
  {
    path: '/numbers',
    group: 'Set up',
    label: 'Numbers',
    icon: Hash,
    key: 'n',
    load: () => import('../pages/numbers/page.tsx'),
  },
  {
    path: '/phones',
    group: 'Simulate',
    label: 'Phones',
    icon: Smartphone,
    key: 'p',
    testSide: true,
    load: () => import('../pages/phones/page.tsx'),
  },
  {
    path: '/services',
    group: 'Set up',
    label: 'Messaging Services',
    icon: Waypoints,
    key: 's',
    load: () => import('../pages/services/page.tsx'),
  },
  { path: '/services/$sid', label: 'Messaging Service', load: () => import('../pages/services/service-page.tsx') },
  {
    path: '/send',
    group: 'Build',
    label: 'Send',
    icon: SendHorizontal,
    load: () => import('../pages/send/page.tsx'),
  },
  {
    path: '/templates',
    group: 'Build',
    label: 'Templates',
    icon: LayoutTemplate,
    load: () => import('../pages/templates/page.tsx'),
  },
  {
    path: '/scheduled',
    group: 'Build',
    label: 'Scheduled',
    icon: CalendarClock,
    load: () => import('../pages/scheduled/page.tsx'),
  },
  {
    path: '/links',
    group: 'Build',
    label: 'Links',
    icon: Link2,
    load: () => import('../pages/links/page.tsx'),
  },
  {
    path: '/connectors',
    group: 'Set up',
    label: 'Connectors',
    icon: Cable,
    key: 'c',
    load: () => import('../pages/connectors/page.tsx'),
  },
  {
    path: '/accounts',
    group: 'Admin',
    label: 'Accounts & keys',
    icon: KeyRound,
    key: 'a',
    load: () => import('../pages/accounts/page.tsx'),
  },
  {
    path: '/settings',
    group: 'Admin',
    label: 'Settings',
    icon: Settings,
    load: () => import('../pages/settings/page.tsx'),
  },
  { path: '/messages/$sid', label: 'Message', load: () => import('../pages/message/page.tsx') },
];

/** The groups in the order of the navigation. */
export const GROUPS: Group[] = ['Monitor', 'Simulate', 'Build', 'Set up', 'Admin'];
