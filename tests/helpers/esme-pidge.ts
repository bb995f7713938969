/** A server in this process that ESMEs can bind to. */
import type { Config } from '../../src/config.ts';
import { ESME_DEFAULTS, type EsmeUser, SERVER_DEFAULTS } from '../../src/esme/settings.ts';
import { NUMBER } from './esme.ts';
import { startTestPidge, type TestPidge } from './pidge.ts';

type Options = Parameters<typeof startTestPidge>[0];
type Users = NonNullable<Config['esmes']>['users'];

export interface EsmePidge {
  pidge: TestPidge;
  port: number;
}

export function esmeUser(name: string, password: string, more: Partial<Users[number]['user']> = {}): Users[number] {
  return { user: { ...ESME_DEFAULTS, name, accountSid: null, ...more }, password };
}

/** With the user acme/secret08 of the first account, and NUMBER as its sender. */
export async function startEsmePidge(
  options: Options & {
    user?: Partial<EsmeUser>;
    users?: Users;
    server?: Partial<NonNullable<Config['esmes']>>;
  } = {},
): Promise<EsmePidge> {
  const { user, users = [], server, change, ...rest } = options;
  const pidge = await startTestPidge({
    ...rest,
    change(config) {
      config.esmes = {
        ...SERVER_DEFAULTS,
        host: '127.0.0.1',
        port: 0,
        tls: null,
        allowFrom: null,
        sidBinds: true,
        users: [esmeUser('acme', 'secret08', user), ...users],
        ...server,
      };
      change?.(config);
    },
  });
  await pidge.addSender({ address: NUMBER });
  return { pidge, port: pidge.running.esmePort ?? 0 };
}
