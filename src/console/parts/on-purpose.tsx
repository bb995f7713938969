/** Phones that misbehave on purpose, marked wherever a message to them is shown: what failed there was meant to. */
import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { testSide } from '../api/client.ts';
import { useAccountSid, useSession } from '../app/session-context.ts';

/** What each phone does that is not plain delivery, in words, by number; empty where there is no test side. */
export function useOnPurpose(): ReadonlyMap<string, string> {
  const { test_side, default_account_sid } = useSession();
  const account = useAccountSid();
  const { data } = useQuery({
    // The list of the phones' own page, so that what is set there is known here at once.
    queryKey: [account, 'phones', 'list'],
    queryFn: ({ signal }) => testSide<{ phones: { number: string; behave: unknown }[] }>('default/phones', { signal }),
    select: ({ phones }) => misbehaving(phones),
    enabled: test_side && account === default_account_sid,
    staleTime: 10_000,
    refetchInterval: 10_000,
  });
  return data ?? NOBODY;
}

const NOBODY: ReadonlyMap<string, string> = new Map();

function misbehaving(phones: { number: string; behave: unknown }[]): ReadonlyMap<string, string> {
  const odd = phones.filter(({ behave }) => behave !== 'deliver');
  return new Map(odd.map(({ number, behave }) => [number, inWords(behave)]));
}

/** `{ undelivered: 30003 }` → `undelivered 30003`. */
function inWords(behave: unknown): string {
  if (typeof behave !== 'object' || behave === null) return String(behave).replaceAll('_', ' ');
  if ('script' in behave) return 'a script';
  return Object.entries(behave)
    .map(([kind, value]) => `${kind.replaceAll('_', ' ')} ${String(value)}`)
    .join(', ');
}

/** The mark beside a recipient; nothing for one that behaves. Outcome numbers (`+150055EEEEE`) act out their error. */
export function OnPurpose({ number, phones }: { number: string; phones: ReadonlyMap<string, string> }) {
  const [, code] = /^\+150055(\d{5})$/.exec(number) ?? [];
  const does = phones.get(number) ?? (code === undefined ? undefined : `error ${code}`);
  if (does === undefined) return null;
  const says = `On purpose: ${does}`;
  return (
    <span title={says} style={{ color: 'var(--scheduled)', marginInlineStart: 4 }}>
      <FlaskConical size={13} role="img" aria-label={says} />
    </span>
  );
}
