/** A link on the phone: touching it follows it on the server, as a phone would, and tells where it led. Nothing is opened. */
import { notifications } from '@mantine/notifications';
import { ApiFailure, testSide } from '../../api/client.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { visible } from '../../parts/user-text.tsx';
import { lookAgain, pathOf } from './api.ts';
import classes from './link-button.module.css';

interface Clicked {
  url: string;
  status: number;
  location: string | null;
}

export function LinkButton({ number, url }: { number: string; url: string }) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  if (!mayChange) return <span>{visible(url)}</span>;
  const click = async (): Promise<void> => {
    try {
      const { status, location } = await testSide<Clicked>(pathOf(account, number, 'click'), {
        method: 'POST',
        json: { url },
      });
      notifications.show({ title: `Clicked: ${status}`, message: location === null ? url : `→ ${visible(location)}` });
      lookAgain(account);
    } catch (refusal) {
      const isForeign = refusal instanceof ApiFailure && refusal.status === 404;
      const message = isForeign
        ? 'It is no short link of this server, so there is no click to count.'
        : String(refusal);
      notifications.show({ title: 'Not followed', message });
    }
  };
  return (
    <button
      type="button"
      className={classes.link}
      title="Click as the phone: it is followed on the server"
      onClick={() => void click()}
    >
      {visible(url)}
    </button>
  );
}
