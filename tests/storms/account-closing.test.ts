/** A process that dies while it closes an account: afterwards the account is closed with all that follows, or not at all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { FaultPoint } from '../../src/domain/faults.ts';
import { ArmedFaults } from '../../src/store/armed-faults.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import type { Client } from '../helpers/client.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { Ledger } from './ledger.ts';

const NUMBERS = ['+13125550181', '+13125550182', '+13125550183'];

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

describe('closing an account', () => {
  async function restarted(ledger: Ledger, fault?: FaultPoint): Promise<Client> {
    await ledger.kill();
    expect(await ledger.start(fault && { fault: { point: fault, hit: 1, action: 'kill' } })).toBe(true);
    if (!ledger.client) throw new Error('There is no client');
    return ledger.client;
  }

  /** A subaccount with numbers, of which each is in a pool. */
  async function makeAccount(client: Client): Promise<{ sid: string; service: string; auth: string }> {
    const { json } = await client.call('POST', '/2010-04-01/Accounts.json', { form: { FriendlyName: 'Over' } });
    const auth = `Basic ${Buffer.from(`${json.sid}:${json.auth_token}`).toString('base64')}`;
    const own = async (path: string, form: Record<string, string>) => {
      const answer = await client.call('POST', path, { form, auth });
      expect(answer.status).toBe(201);
      return answer.json.sid as string;
    };
    const service = await own('/v1/Services', { FriendlyName: 'Pool' });
    for (const PhoneNumber of NUMBERS) {
      const PhoneNumberSid = await own(`/2010-04-01/Accounts/${json.sid}/IncomingPhoneNumbers.json`, { PhoneNumber });
      await own(`/v1/Services/${service}/PhoneNumbers`, { PhoneNumberSid });
    }
    return { sid: json.sid, service, auth };
  }

  async function look(client: Client, { sid, service, auth }: Awaited<ReturnType<typeof makeAccount>>) {
    const get = async (path: string, by?: string) => client.call('GET', path, by === undefined ? {} : { auth: by });
    const { status } = (await get(`/2010-04-01/Accounts/${sid}.json`)).json;
    const numbers = (await get(`/2010-04-01/Accounts/${sid}/IncomingPhoneNumbers.json`, auth)).json;
    const pool = (await get(`/v1/Services/${service}/PhoneNumbers`, auth)).json;
    return { status, numbers: numbers.incoming_phone_numbers?.length, pool: pool.phone_numbers?.length };
  }

  it('that is cut short before its commit has changed nothing, and after it is whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-closing-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const ledger = new Ledger(folder);
    cleanups.push(() => ledger.kill());
    const made = await makeAccount(await restarted(ledger));
    const close = (client: Client) =>
      client.call('POST', `/2010-04-01/Accounts/${made.sid}.json`, { form: { Status: 'closed' } }).catch(() => null);

    expect(await close(await restarted(ledger, 'account.before-commit'))).toBeNull();
    expect(await look(await restarted(ledger), made)).toEqual({ status: 'active', numbers: 3, pool: 3 });

    expect(await close(await restarted(ledger, 'account.after-commit'))).toBeNull();
    const client = await restarted(ledger);
    expect((await look(client, made)).status).toBe('closed');
    for (const PhoneNumber of NUMBERS) {
      const again = await client.call('POST', `${client.base}/IncomingPhoneNumbers.json`, { form: { PhoneNumber } });
      expect(again.status).toBe(201);
    }
  }, 60_000);

  const reason = whyNoPostgres();
  if (reason) console.log(`SKIPPED closing an account on PostgreSQL: ${reason}`);
  it.skipIf(reason !== null)(
    'on PostgreSQL that fails before its commit has changed nothing',
    async () => {
      const server = await startServer();
      cleanups.push(() => server.close());
      const faults = new ArmedFaults([{ point: 'account.before-commit', hit: 1, action: 'throw' }]);
      const store = await openPostgres({ url: await server.createDatabase(), clock: new HandWoundClock(), faults });
      cleanups.push(() => store.close());
      const [sid, now] = ['AC1', 1];
      await store.saveAccount({
        ...{ sid, ownerSid: 'AC2', friendlyName: '', status: 'active', type: 'Full', sealedToken: 'x' },
        ...{ defaultServiceSid: 'MG1', createdAt: now, updatedAt: now },
      });
      for (const [index, address] of NUMBERS.entries()) {
        await store.saveSender({
          ...{ sid: `PN${index}`, accountSid: sid, address, kind: 'number', canSms: true, canMms: false, rate: null },
          ...{ properties: {}, createdAt: now, updatedAt: now },
        });
      }
      const close = () => store.changeAccount({ sid, set: { status: 'closed' } }, now + 1);
      await expect(close()).rejects.toThrow('account.before-commit');
      expect([(await store.account(sid))?.status, (await store.senders(sid)).length]).toEqual(['active', 3]);
      expect((await close()).kind).toBe('done');
      expect([(await store.account(sid))?.status, (await store.senders(sid)).length]).toEqual(['closed', 0]);
    },
    60_000,
  );
});
