/** What the server tells of its settings, and how it is put for people. */

export type SettingValue = string | number | boolean | string[] | null;

export interface Setting {
  path: string;
  about: string;
  value: SettingValue;
  origin: 'flag' | 'env' | 'file' | 'default';
  where: string;
  default: SettingValue;
  variable: string;
  allowed: string | null;
  is_secret: boolean;
}

export interface Settings {
  mode: string;
  version: string;
  file: string | null;
  settings: Setting[];
  tables: { name: string; entries: number }[];
  store: {
    engine: 'sqlite' | 'postgres';
    engine_version: string;
    size_bytes: number;
    schema: string | null;
    migrations: number;
    risk: string | null;
    messages: number;
    waiting: Record<string, number>;
  };
  this_node: { name: string; roles: string[]; started_at: string };
  nodes: { owner: string; address: string; roles: string[]; alive_until: string }[];
}

/** By the first word of their path; what stands alone comes first. */
export function partsOf(settings: readonly Setting[]): [part: string, settings: Setting[]][] {
  const parts = Map.groupBy(settings, ({ path }) => (path.includes('.') ? (path.split('.')[0] ?? path) : 'general'));
  const general = parts.get('general');
  parts.delete('general');
  return [...(general ? ([['general', general]] as [string, Setting[]][]) : []), ...parts];
}

export function shownValue({ value }: Pick<Setting, 'value'>): string {
  if (value === null) return 'unset';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}

/** As it would stand in the file; a secret is left for its owner to fill in. */
export function tomlOf({ path, value, default: standard, is_secret: isSecret }: Setting): string {
  const at = path.lastIndexOf('.');
  const head = at === -1 ? '' : `[${path.slice(0, at)}]\n`;
  const shown = isSecret ? '…' : (value ?? standard ?? '…');
  return `${head}${path.slice(at + 1)} = ${JSON.stringify(shown)}`;
}
