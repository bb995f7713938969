/** Messages, empty: the way in. Everything to copy runs as pasted, with this account's own credentials. */
import { type Credentials, useCredentials, useFirstNumber } from '../../api/credentials.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useAccountSid, useMayChange, useSession } from '../../app/session-context.ts';
import { useHasPage } from '../../app/view.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { snippetsOf } from '../../parts/sdk-snippets.ts';
import { curlUser, shellWord } from '../../parts/shell-words.ts';
import { Snippet } from '../../parts/snippet.tsx';
import classes from './onboarding.module.css';

/** A phone of the simulator, and a number nobody has. */
const TO = '+12025550101';

/** Ways to the first message. */
export function Onboarding() {
  const { public_url: url, test_side, simulated } = useSession();
  const account = useAccountSid();
  const credentials = useCredentials(account);
  const from = useFirstNumber(account) ?? '+12025550100';
  const mayChange = useMayChange();
  const hasSend = useHasPage('/send');
  const hasPhones = useHasPage('/phones') && test_side;
  const to = simulated ? TO : '+1…';

  return (
    <EmptyState title="No messages yet. Send one in any of these ways:">
      <ol className={classes.ways}>
        <li>
          <h3>From your app, with Twilio’s SDK: one more line points it here</h3>
          {credentials === null ? (
            <Snippet code={pointed(url)} label="Line" />
          ) : (
            <Snippet code={withSdk(url, credentials, from, to)} label="Program" />
          )}
        </li>
        <li>
          <h3>Right now, from a terminal</h3>
          {credentials === null ? null : <Snippet code={curl(url, credentials, from, to)} label="Command" />}
        </li>
        {mayChange && (hasSend || hasPhones) && (
          <li>
            <h3>Here</h3>
            <p className={classes.here}>
              {hasSend && <PageLink to="/send">Write a message</PageLink>}
              {hasPhones && <PageLink to="/phones">Open the phones</PageLink>}
            </p>
          </li>
        )}
      </ol>
      <details className={classes.trouble}>
        <summary>Nothing arriving?</summary>
        <ul>
          <li>
            <code>TWILIO_REGION</code> or <code>TWILIO_EDGE</code> is set: the SDK then asks another host, such as{' '}
            <code>localhost.us1.localhost</code>. Unset both.
          </li>
          <li>
            The host has two labels (<code>sms.internal</code>): the SDK doubles it. Use <code>localhost</code>, an
            address, or a name of three labels.
          </li>
          <li>
            Your app runs in a container: <code>localhost</code> is the container itself. Use{' '}
            <code>host.docker.internal</code> or the name of this service.
          </li>
        </ul>
      </details>
    </EmptyState>
  );
}

/** Whole, for those who have no app yet; saved as `send.mjs` or `send.py` it runs. */
function withSdk(base: string, { sid: account, token }: Credentials, from: string, to: string): Record<string, string> {
  const params = [['To', to] as const, ['From', from] as const, ['Body', 'Your code is 482913'] as const];
  const { Node = '', Python = '' } = snippetsOf({ base, account, token, params });
  return {
    Node: `// npm install twilio; save as send.mjs; node send.mjs\n${Node}`,
    Python: `# pip install twilio; save as send.py; python3 send.py\n${Python}`,
  };
}

function pointed(url: string): Record<string, string> {
  return {
    Node: `client.api.baseUrl = '${url}';`,
    Python: `client.api.base_url = "${url}"`,
  };
}

function curl(url: string, { sid, token }: Credentials, from: string, to: string): string {
  return [
    `curl ${shellWord(`${url}/2010-04-01/Accounts/${sid}/Messages.json`)}`,
    curlUser(sid, token),
    `--data-urlencode ${shellWord(`From=${from}`)}`,
    `--data-urlencode ${shellWord(`To=${to}`)}`,
    `--data-urlencode 'Body=Your code is 482913'`,
  ].join(' \\\n  ');
}
