/** Errors by their code: what happened, why here, what to do. Warnings of lenient mode and what is muted stand apart. */
import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ErrorGroup, errorsKey, fetchGroups, LAST_DAY, openOf, setMuted } from '../../api/error-groups.ts';
import { useRefetchOn } from '../../api/live.ts';
import { queries } from '../../api/query.ts';
import { useAccountSid, useMayChange, useSession } from '../../app/session-context.ts';
import { useGo, useView } from '../../app/view.ts';
import { ApiCommand } from '../../parts/api-command.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FailedPage } from '../../parts/failed-page.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useKnownPhones } from '../../parts/on-purpose.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Time } from '../../parts/time.tsx';
import { tellRefusal, useAction } from '../../parts/use-action.ts';
import classes from './errors.module.css';
import { GroupCard } from './group.tsx';

const SINCES = [
  { value: '1h', label: 'Last hour' },
  { value: LAST_DAY, label: 'Last day' },
  { value: '7d', label: 'Last week' },
  { value: '30d', label: 'Last 30 days' },
];

export default function ErrorsPage() {
  const account = useAccountSid();
  const [view, setView] = useView({ since: LAST_DAY });
  const { data, error, refetch } = useQuery({
    queryKey: [...errorsKey(account), view.since],
    queryFn: ({ signal }) => fetchGroups(account, view.since, signal),
    // What was refused at once makes no event.
    refetchInterval: 10_000,
  });
  const phones = useKnownPhones();
  useRefetchOn(['alert', 'message'], errorsKey(account), 2_000);
  const { run: mute } = useAction(async (code: number, muted: boolean) => {
    await setMuted(account, code, muted);
    await queries.invalidateQueries({ queryKey: errorsKey(account) });
  }, tellRefusal);
  if (error && data === undefined) return <FailedPage title="Errors" error={error} onRetry={() => void refetch()} />;

  const shown = (groups: ErrorGroup[]) =>
    groups.map((group) => (
      <GroupCard
        key={`${group.code} ${group.source}`}
        group={group}
        phones={phones}
        onMute={(muted) => void mute(group.code, muted)}
      />
    ));
  const groups = openOf(data?.groups ?? []);
  const warnings = data?.groups.filter((one) => one.muted_at === null && one.source === 'lenient') ?? [];
  const muted = data?.groups.filter((one) => one.muted_at !== null) ?? [];
  return (
    <>
      <PageHeader
        title="Errors"
        actions={
          <NativeSelect
            size="xs"
            aria-label="Since"
            data={SINCES}
            value={view.since}
            onChange={({ currentTarget }) => setView({ since: currentTarget.value })}
          />
        }
      />
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined ? (
        <Skeleton rows={8} />
      ) : data.groups.length === 0 ? (
        <Nothing />
      ) : (
        <div className={classes.groups}>
          {data.looked_back_to !== null && (
            <p className="muted">
              There are very many: counted back to <Time at={data.looked_back_to} as="both" />.
            </p>
          )}
          {groups.length === 0 && <p className="muted">Nothing but what is muted or would only fail in strict mode.</p>}
          {shown(groups)}
          {warnings.length > 0 && <h2 className={classes.part}>Would fail in strict mode</h2>}
          {shown(warnings)}
          {muted.length > 0 && (
            <details>
              <summary>{muted.length} muted</summary>
              <div className={classes.groups}>{shown(muted)}</div>
            </details>
          )}
        </div>
      )}
    </>
  );
}

/** Acts out an error, on the pages and in the command. */
const OUTCOME = { From: '+12025550100', To: '+15005530003', Body: 'Hello' };

function Nothing() {
  const go = useGo();
  const mayChange = useMayChange();
  const { test_side: actsOut } = useSession();
  if (!actsOut) {
    return (
      <EmptyState title="Nothing went wrong in this time.">
        <p className="muted">What fails or is refused is listed here by its code: what it means, why, what to do.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing went wrong in this time.">
      <p className="muted">To see what an error looks like, send to a number that acts one out:</p>
      {mayChange && <Button onClick={() => go('/send', OUTCOME)}>Send to one</Button>}
      <ApiCommand path="2010-04-01/Accounts/{AC}/Messages.json" form={OUTCOME} />
    </EmptyState>
  );
}
