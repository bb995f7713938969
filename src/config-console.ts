/** The settings of the console: whether there is one, who may sign in, under which names, and how long is told. */
import { readFileSync } from 'node:fs';

/** As `config-values.ts` reads them. */
type Value = string | number | boolean | string[] | null;

/** Rows of the table of settings. */
export const CONSOLE_KEYS = [
  {
    path: 'console.enabled',
    type: { kind: 'bool' },
    default: { dev: true, serve: true },
    about: 'the console at / and what it asks; off leaves the API alone',
  },
  {
    path: 'console.allow_hosts',
    type: { kind: 'list' },
    default: { dev: null, serve: null },
    about: 'names under which the console is reached beside http.public_url; when some are listed, under no other',
  },
  {
    path: 'console.audit_days',
    type: { kind: 'int', min: 1, max: 3_650 },
    default: { dev: 90, serve: 90 },
    about: 'days that the audit of sign-ins and changes is kept',
  },
  {
    path: 'admin_password',
    type: { kind: 'string' },
    default: { dev: null, serve: null },
    secret: true,
    about: 'password of the console for its operator, who is called admin; at least 8 characters',
  },
] as const;

/** Keys of one entry of `[[console.users]]`. */
export const CONSOLE_USER_KEYS = {
  name: { kind: 'string' },
  password: { kind: 'string' },
  password_file: { kind: 'string' },
  role: { kind: 'enum', values: ['operator', 'viewer'] },
} as const;

export interface ConsoleConfig {
  enabled: boolean;
  allowHosts: string[];
  auditMs: number;
  users: { name: string; password: string; role: 'operator' | 'viewer' }[];
}

const ADMIN = 'admin';
const SHORTEST_PASSWORD = 8;
const DAY_MS = 86_400_000;

/** Whoever has no role looks and does not change. No problem holds a password. */
export function readConsole(
  get: <T>(path: string) => T,
  entries: Record<string, Value>[],
  problems: string[],
): ConsoleConfig {
  const adminPassword = get<string | null>('admin_password');
  const users: ConsoleConfig['users'] = entries.map((entry) => ({
    name: entry.name as string,
    password: passwordOf(entry, problems),
    role: (entry.role as ConsoleConfig['users'][number]['role'] | undefined) ?? 'viewer',
  }));
  for (const { name } of users) {
    if (!/^[A-Za-z0-9._@-]{1,64}$/.test(name)) {
      problems.push(`console.users.name is "${name}". Allowed: 1 to 64 letters, digits, ".", "_", "@" and "-".`);
    }
  }
  if (adminPassword !== null) {
    if (adminPassword.length < SHORTEST_PASSWORD) {
      problems.push(`PIDGE_ADMIN_PASSWORD needs ${SHORTEST_PASSWORD} characters or more.`);
    }
    users.unshift({ name: ADMIN, password: adminPassword, role: 'operator' });
  }
  const names = users.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    const why = name === ADMIN && adminPassword !== null ? ' (admin_password makes one)' : '';
    problems.push(`Two users of the console are called "${name}"${why}. Give each a name of its own.`);
  }
  const days = get<number | null>('console.audit_days') ?? 0;
  return {
    enabled: get('console.enabled'),
    allowHosts: get<string[] | null>('console.allow_hosts') ?? [],
    auditMs: days * DAY_MS,
    users,
  };
}

function passwordOf({ name, password, password_file: path }: Record<string, Value>, problems: string[]): string {
  const judged = (text: string): string => {
    if (text.length >= SHORTEST_PASSWORD) return text;
    problems.push(`console.users.password of "${name}" needs ${SHORTEST_PASSWORD} characters or more.`);
    return '';
  };
  if (password === null || path === null) return '';
  if (typeof path !== 'string') return judged(typeof password === 'string' ? password : '');
  if (typeof password === 'string') {
    problems.push(`[[console.users]] "${name}" has both password and password_file. Keep one.`);
  }
  try {
    return judged(readFileSync(path, 'utf8').trim());
  } catch (error) {
    problems.push(`console.users.password_file of "${name}" cannot be read: ${(error as Error).message}`);
    return '';
  }
}
