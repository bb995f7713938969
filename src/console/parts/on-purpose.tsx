/** Phones that misbehave on purpose, marked wherever a message to them is shown: what failed there was meant to. */
import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { testSide } from '../api/client.ts';
import { useAccountSid, useSession } from '../app/session-context.ts';
import { describe, misbehaves } from './behaviour.ts';

interface Phone {
  number: string;
  name: string | null;
  behave: unknown;
  /** Steps of its script that are over. */
  script_step: number;
}

/** A phone for those who are not its page: what it is called, and what it does that is not plain delivery. */
export interface KnownPhone {
  name: string | null;
  /** In words; `null`: it delivers. */
  does: string | null;
}

/** What each phone that misbehaves does, in words, by number; empty where there is no test side. */
export function useOnPurpose(): ReadonlyMap<string, string> {
  return usePhoneList(misbehaving);
}

/** The phones by number; empty where there is no test side. */
export function useKnownPhones(): ReadonlyMap<string, KnownPhone> {
  return usePhoneList(known);
}

function usePhoneList<T>(select: (list: { phones: Phone[] }) => ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const { test_side } = useSession();
  const account = useAccountSid();
  const { data } = useQuery({
    // The list of the phones' own page, so that what is set there is known here at once.
    queryKey: [account, 'phones', 'list'],
    queryFn: ({ signal }) => testSide<{ phones: Phone[] }>(`${account}/phones`, { signal }),
    select,
    enabled: test_side,
    staleTime: 10_000,
    refetchInterval: 10_000,
  });
  return data ?? NOBODY;
}

const NOBODY: ReadonlyMap<string, never> = new Map<string, never>();

function known({ phones }: { phones: Phone[] }): ReadonlyMap<string, KnownPhone> {
  return new Map(
    phones.map(({ number, name, behave, script_step: played }): [string, KnownPhone] => [
      number,
      { name, does: misbehaves(behave) ? describe(behave, played) : null },
    ]),
  );
}

function misbehaving(list: { phones: Phone[] }): ReadonlyMap<string, string> {
  return new Map([...known(list)].flatMap(([number, { does }]) => (does === null ? [] : [[number, does] as const])));
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
