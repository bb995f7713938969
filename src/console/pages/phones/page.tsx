/** Phones: several handsets side by side, as their owners see them, with what only a developer sees below each message. */
import { Button, Modal, TextInput } from '@mantine/core';
import { Plus, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { testSide } from '../../api/client.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useAccountSid, useMayChange, useSession } from '../../app/session-context.ts';
import { useView } from '../../app/view.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import { onSubmit, useAction } from '../../parts/use-action.ts';
import { lookAgain, type Phone, pathOf, usePhones } from './api.ts';
import { Handset } from './handset.tsx';
import classes from './page.module.css';
import { PhoneList } from './phone-list.tsx';

/** More columns than that are too narrow to read. */
const MOST_OPEN = 4;

export default function PhonesPage() {
  const { test_side: testSide } = useSession();
  return testSide ? <Phones /> : <Absent />;
}

/** A server that sends in earnest, opened at an address from one that does not. */
function Absent() {
  return (
    <>
      <PageHeader title="Phones" />
      <EmptyState title="Phones are simulated, so only pidge dev has them: this server sends to real ones.">
        <PageLink to="/messages">Go to Messages</PageLink>
      </EmptyState>
    </>
  );
}

function Phones() {
  const [view, setView] = useView({ open: '' });
  const { data, error, refetch, isPending } = usePhones();
  const [isAdding, setAdding] = useState(false);
  const mayChange = useMayChange();
  const phones = data?.phones ?? [];
  const named = view.open.split(',').filter((number) => number !== '');
  // Nothing chosen yet: on a wide screen there is room for the first two.
  const open = named.length > 0 ? named : phones.slice(0, 2).map(({ number }) => number);

  const show = (numbers: string[]): void => setView({ open: numbers.join(',') }, true);
  const choose = (number: string, beside: boolean): void => {
    if (!beside) show([number]);
    else if (open.includes(number)) show(open.filter((one) => one !== number));
    else show([...open.slice(-(MOST_OPEN - 1)), number]);
  };

  return (
    <div className={classes.page} data-chosen={named.length > 0}>
      <PageHeader
        title="Phones"
        actions={
          mayChange && (
            <Button variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => setAdding(true)}>
              Add a phone
            </Button>
          )
        }
      />
      {error !== null && data === undefined && <Failure error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton rows={8} height={48} />}
      {data !== undefined && phones.length === 0 && (
        <EmptyState title="No phones yet: any number you text appears here.">
          <Snippet code={'pidge phone send +12025550101 "Hello?"'} label="Command" />
        </EmptyState>
      )}
      {phones.length > 0 && (
        <div className={classes.split}>
          <PhoneList phones={phones} open={open} onChoose={choose} />
          <div className={classes.handsets}>
            {open.map((number) => (
              <Handset
                key={number}
                number={number}
                phone={phones.find((one) => one.number === number) ?? null}
                onBack={() => setView({ open: '' })}
                onClose={open.length > 1 ? () => show(open.filter((one) => one !== number)) : undefined}
              />
            ))}
          </div>
        </div>
      )}
      {isAdding && (
        <AddPhone
          onClose={() => setAdding(false)}
          onAdded={(number) => {
            setAdding(false);
            show([...named.slice(-(MOST_OPEN - 1)), number]);
          }}
        />
      )}
    </div>
  );
}

/** A phone that is there before anybody texts it: with a name, and to be given a behaviour. */
function AddPhone({ onClose, onAdded }: { onClose: () => void; onAdded: (number: string) => void }) {
  const account = useAccountSid();
  const [number, setNumber] = useState('');
  const [name, setName] = useState('');
  const { run, isBusy, error } = useAction(async () => {
    const json = { name: name === '' ? null : name };
    const added = await testSide<Phone>(pathOf(account, number.trim()), { method: 'PUT', json });
    lookAgain(account);
    onAdded(added.number);
  });
  return (
    <Modal opened onClose={onClose} title="Add a phone">
      <form onSubmit={onSubmit(run)}>
        <TextInput
          label="Number"
          placeholder="+12025550103"
          description="E.164. Numbers with 555 belong to nobody."
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
          data-autofocus
          required
        />
        <TextInput
          label="Name"
          placeholder="Cleo"
          mt="sm"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {error !== null && <Failure error={error} />}
        <Button type="submit" mt="md" loading={isBusy} leftSection={<Smartphone size={14} aria-hidden />}>
          Add
        </Button>
      </form>
    </Modal>
  );
}
