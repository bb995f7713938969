/** Settings: what is in force and who decided it. Read-only: each says where it is changed. */
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { admin } from '../../api/client.ts';
import { useKey } from '../../app/keys.ts';
import { useView } from '../../app/view.ts';
import { FailedPage } from '../../parts/failed-page.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { UserText } from '../../parts/user-text.tsx';
import classes from './settings.module.css';
import { partsOf, type Setting, type Settings, shownValue, tomlOf } from './settings.ts';
import { StoreFacts } from './store-facts.tsx';

const ORIGINS: Record<Setting['origin'], 'info' | 'good' | 'warn' | 'plain'> = {
  flag: 'warn',
  env: 'info',
  file: 'good',
  default: 'plain',
};

export default function SettingsPage() {
  const [view, setView] = useView({ q: '', changed: '' });
  const filter = useRef<HTMLInputElement>(null);
  useKey('/', 'Find a setting', (event) => {
    event.preventDefault();
    filter.current?.focus();
  });
  const { data, error, refetch } = useQuery({
    queryKey: ['server', 'settings'],
    queryFn: ({ signal }) => admin<Settings>('settings', { signal }),
  });
  if (error) return <FailedPage title="Settings" error={error} onRetry={() => void refetch()} />;

  const word = view.q.toLowerCase();
  const found = data?.settings.filter(
    ({ path, about, origin }) =>
      (path.includes(word) || about.toLowerCase().includes(word)) && (view.changed === '' || origin !== 'default'),
  );
  return (
    <>
      <PageHeader
        title="Settings"
        aside={
          data && (
            <span className="muted">
              {data.file === null ? 'no file' : `from ${data.file}`}, version {data.version}
            </span>
          )
        }
      />
      {data === undefined || found === undefined ? (
        <Skeleton rows={12} />
      ) : (
        <div className={classes.page}>
          <StoreFacts settings={data} />
          <search className={classes.find}>
            <TextInput
              size="xs"
              ref={filter}
              aria-label="Find a setting"
              placeholder="Find a setting"
              value={view.q}
              onChange={({ currentTarget }) => setView({ q: currentTarget.value })}
            />
            <label>
              <input
                type="checkbox"
                checked={view.changed !== ''}
                onChange={({ currentTarget }) => setView({ changed: currentTarget.checked ? '1' : '' })}
              />{' '}
              only what is not a default
            </label>
          </search>
          {found.length === 0 && <p className="muted">No setting fits.</p>}
          {partsOf(found).map(([part, settings]) => (
            <section key={part} aria-label={part}>
              <h2 className={classes.part}>{part.replaceAll('_', ' ')}</h2>
              <div className={classes.rows}>
                {settings.map((setting) => (
                  <Row key={setting.path} setting={setting} file={data.file} />
                ))}
              </div>
            </section>
          ))}
        </div>
      )}
    </>
  );
}

function Row({ setting, file }: { setting: Setting; file: string | null }) {
  const { path, about, origin, where } = setting;
  return (
    <details className={classes.row} data-testid="setting-row" data-path={path}>
      <summary>
        <span className="mono">{path}</span>
        <UserText className={`mono ${classes.value}`}>{shownValue(setting)}</UserText>
        <span title={where}>
          <Chip tone={ORIGINS[origin]}>{origin === 'default' ? where : origin}</Chip>
        </span>
        <span className={`muted ${classes.about}`}>{about}</span>
      </summary>
      <div className={classes.how}>
        <p>
          {origin === 'default' ? 'Nobody set it.' : `Set by ${where}.`} Default:{' '}
          <code>{shownValue({ ...setting, value: setting.default })}</code>
          {setting.allowed !== null && `. Allowed: ${setting.allowed}`}. It changes at the next start:
        </p>
        {origin === 'flag' && (
          <p className="muted">A flag of the command wins: take it away there, or change it there.</p>
        )}
        {origin === 'env' && <p className="muted">The environment wins over the file.</p>}
        <Snippet
          label="Setting"
          code={{
            [file ?? 'pidge.toml']: tomlOf(setting),
            Environment: `${setting.variable}=${setting.is_secret ? '…' : shownValue(setting)}`,
          }}
        />
      </div>
    </details>
  );
}
