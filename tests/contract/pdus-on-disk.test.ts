/** What is kept of PDUs holds texts: on SQLite nothing of it is left in any file once its message was redacted (P1). */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { TracedPdu } from '../../src/domain/pdu-trace.ts';
import { bodyVault } from '../../src/seal-bodies.ts';
import { sealBodies } from '../../src/store/sealed.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { ACCOUNT, acceptance, claim, NOW, sent } from './store.fixtures.ts';

const MESSAGES = 600;
const HOUR_MS = 3_600_000;

it('PDUs of redacted messages are in no file, nor when the oldest were forgotten before, and the others are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-pdus-'));
  const onFatal = (error: Error) => {
    throw error;
  };
  const store = await openSqlite({ path: join(folder, 'pidge.db'), clock: new HandWoundClock(), onFatal });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const made = Array.from({ length: MESSAGES }, () => acceptance({ callbackUrl: null }));
  await store.accept(made, NOW);
  for (let works = await claim(store, NOW); works.length > 0; works = await claim(store, NOW)) {
    await store.settleSends(
      works.map((work) => sent(work)),
      NOW,
    );
  }
  const words = new Map(made.map(({ message }) => [message.sid, randomBytes(20).toString('base64url')]));
  const pdu = (messageSid: string, part: number): TracedPdu => ({
    ...{ at: NOW, connector: 'sim', bind: 'sim 1', peer: 'smsc:2775', ours: part === 0 },
    octets: `${words.get(messageSid)}${'x'.repeat(part * 90)}`,
    owner: { kind: 'message', accountSid: ACCOUNT, messageSid },
  });
  // As they come: submits first, receipts among the submits of others.
  const order = made.flatMap(({ message }, index) => [
    pdu(message.sid, 0),
    pdu(made[Math.max(0, index - 7)]?.message.sid ?? '', 2),
  ]);
  for (let at = 0; at < order.length; at += 50) await store.keepPdus(order.slice(at, at + 50), NOW);
  const onDisk = () => {
    const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    return made.filter(({ message }) => text.some((one) => one.includes(words.get(message.sid) ?? '')));
  };
  expect(onDisk()).toHaveLength(MESSAGES);

  await store.forgetPdus({ before: 0, most: MESSAGES }, NOW);
  const redacted = made.filter((_, index) => index % 2 === 0).map(({ message }) => message.sid);
  for (const sid of redacted) await store.change([{ accountSid: ACCOUNT, sid, verb: 'redact' }], NOW + HOUR_MS);
  const left = onDisk().map(({ message }) => message.sid);
  expect(left.filter((sid) => redacted.includes(sid))).toEqual([]);
  // Half of the others were forgotten by number.
  expect(left.length).toBeGreaterThan(MESSAGES / 4 - 10);
}, 60_000);

it('PDUs are sealed where bodies are, and readable to those who ask the store', async () => {
  const onFatal = (error: Error) => {
    throw error;
  };
  const plain = await openSqlite({ path: ':memory:', clock: new HandWoundClock(), onFatal });
  onTestFinished(() => plain.close());
  const seals = bodyVault('a key for tests alone, at least 32 long');
  const sealed = sealBodies(plain, seals, { isOn: true, onBroken: () => undefined });
  const pdu = { at: NOW, connector: 'sim', bind: 'sim 1', peer: 'smsc:2775', ours: true, octets: 'c2VjcmV0' };
  await sealed.keepPdus([{ ...pdu, owner: { kind: 'none' } }], NOW);
  expect((await plain.pdus({ limit: 1 }))[0]?.octets).toMatch(/^~1:/);
  expect(await sealed.pdus({ limit: 1 })).toMatchObject([pdu]);
});
