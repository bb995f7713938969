/** Why a message failed, at its head: what the code means, whether its phone was meant to, and what to do about it. */
import { useCodeWords } from '../../api/catalogue.ts';
import type { MessageRow } from '../../api/messages.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useKnownPhones } from '../../parts/on-purpose.tsx';
import classes from './page.module.css';

export function Fault({ message }: { message: MessageRow }) {
  const { error_code: code, error_message: text, to } = message;
  const phones = useKnownPhones();
  const words = useCodeWords(code);
  if (code === null) return null;
  const phone = phones.get(to);
  return (
    <div className={classes.fault} data-testid="fault">
      <p>
        <PageLink to="/errors" search={{ code: String(code) }}>
          {code}
        </PageLink>{' '}
        <strong>{text}</strong> {words?.meaning}
      </p>
      {phone?.does != null && (
        <p>
          Here: {phone.name ?? to} is set to “{phone.does}” on <PageLink to="/phones">Phones</PageLink>.
        </p>
      )}
      {words?.fixes[0] !== undefined && <p>Fix: {words.fixes[0]}</p>}
    </div>
  );
}
