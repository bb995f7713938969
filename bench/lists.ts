/** `npm run bench -- lists`: pages of 50 out of a store of five million messages on SQLite. */
import { join } from 'node:path';
import { realClock } from '../src/domain/clock.ts';
import { openSqlite, openSqliteReader } from '../src/store/sqlite.ts';
import type { MessageQuery } from '../src/store/store.ts';
import { ACCOUNT, atOf, fillDelivered, recipientOf, senderOf, sidOf, TOKEN, withFolder } from './bulk.ts';
import { closedLoop, type Target } from './load.ts';
import { median, ROUNDS, report, start } from './peer.ts';

const MESSAGES = Number(process.env.PIDGE_TEST_MESSAGES ?? 5_000_000);
const QUESTIONS = 200;
const DAY_MS = 86_400_000;
const MAXIMUM_MS = 2;

/** Each for the number of some message, anywhere in the list. */
const PAGES: Record<string, (index: number) => Omit<MessageQuery, 'accountSid' | 'size'>> = {
  'the first one': () => ({}),
  'deep, by token': (index) => ({ after: sidOf(index) }),
  'deep, by token, backwards': (index) => ({ before: sidOf(index) }),
  'by To': (index) => ({ to: recipientOf(index) }),
  'by To, deep': (index) => ({ to: recipientOf(index), after: sidOf(index) }),
  'by From': (index) => ({ from: senderOf(index) }),
  'by From, deep': (index) => ({ from: senderOf(index), after: sidOf(index) }),
  'by To and From': (index) => ({ to: recipientOf(index), from: senderOf(index) }),
  'of one day': (index) => ({ sentFrom: atOf(index), sentTo: atOf(index) + DAY_MS }),
  'before a day': (index) => ({ sentTo: atOf(index) }),
  'of one day, by From': (index) => ({ from: senderOf(index), sentFrom: atOf(index), sentTo: atOf(index) + DAY_MS }),
  'of one day, by To': (index) => ({ to: recipientOf(index), sentFrom: atOf(index), sentTo: atOf(index) + DAY_MS }),
};

export function lists(): Promise<void> {
  return withFolder(async (folder) => {
    const path = join(folder, 'bench.db');
    await makeSchema(path);
    const startedAt = performance.now();
    fillDelivered(path, MESSAGES);
    console.error(`${MESSAGES} messages in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
    const store = openSqliteReader(path);
    for (const [name, ask] of Object.entries(PAGES)) {
      const rounds: number[] = [];
      let shown = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const times: number[] = [];
        for (let nth = 0; nth < QUESTIONS; nth += 1) {
          const query = { accountSid: ACCOUNT, size: 50, ...ask(placeOf(round * QUESTIONS + nth)) };
          const askedAt = performance.now();
          const { messages } = await store.messages(query);
          times.push(performance.now() - askedAt);
          shown += messages.length;
        }
        rounds.push(Number(median(times).toFixed(3)));
      }
      report({
        bench: `page of 50 out of ${MESSAGES}, ${name}`,
        ms: Math.min(...rounds),
        maximum: MAXIMUM_MS,
        rounds,
        shown_each: Math.round(shown / ROUNDS / QUESTIONS),
      });
    }
    await store.close();
    await overHttp(folder);
  });
}

/** The same as a client sees it: with authentication, 50 messages rendered, and the bytes on the wire. */
async function overHttp(folder: string): Promise<void> {
  const peer = await start('full', { kept: folder });
  const path = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json?PageSize=50`;
  for (const [name, query] of [
    ['the first one', ''],
    ['deep, by token', `&Page=1&PageToken=PA${sidOf(placeOf(1))}`],
  ]) {
    const target = getPage(peer.origin, `${path}${query}`);
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push((await closedLoop(target, 1, 1)).p50);
    report({ bench: `page of 50 out of ${MESSAGES} over HTTP, ${name}`, ms: Math.min(...rounds), rounds });
  }
  await peer.stop();
}

function getPage(origin: string, path: string): Target {
  const url = new URL(origin);
  const head = [
    `GET ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}`,
  ].join('\r\n');
  return {
    host: url.hostname,
    port: Number(url.port),
    request: Buffer.from(`${head}\r\n\r\n`),
    expect: 'HTTP/1.1 200',
  };
}

/** Spread over the whole list, the same in every run, and never a message of the other account. */
function placeOf(nth: number): number {
  const index = Math.floor(((nth * 0.618_033_988_7) % 1) * MESSAGES);
  return index % 10 === 9 ? index - 1 : index;
}

async function makeSchema(path: string): Promise<void> {
  const onFatal = (error: Error): void => {
    throw error;
  };
  await (await openSqlite({ path, clock: realClock, onFatal })).close();
}
