/** A connection that was lost is replaced once, however many wait for it, and none is left open. */
import { expect, it } from 'vitest';
import { type Connection, ConnectionLost, type Driver } from './driver.ts';
import { NodeLine } from './node-line.ts';
import { Readers } from './readers.ts';

/** Connections that answer in a turn of their own, as a socket does. */
class CountingDriver implements Driver {
  readonly opened: FakeConnection[] = [];

  async connect(): Promise<Connection> {
    await turn();
    const connection = new FakeConnection();
    this.opened.push(connection);
    return connection;
  }

  loseAll(): void {
    for (const connection of this.opened) connection.destroy();
  }

  get stillOpen(): number {
    return this.opened.filter(({ isLost }) => !isLost).length;
  }
}

class FakeConnection implements Connection {
  isLost = false;

  async query(): Promise<[]> {
    await turn();
    if (this.isLost) throw new ConnectionLost('gone');
    return [];
  }

  transaction<T>(work: (session: this) => Promise<T>): Promise<T> {
    return work(this);
  }

  statement = this.query;
  records = this.query;

  async listen(): Promise<void> {
    await turn();
  }

  destroy(): void {
    this.isLost = true;
  }

  async close(): Promise<void> {
    this.isLost = true;
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const FIFTY = Array.from({ length: 50 });

it('reads that find their connection lost share the next one', async () => {
  const driver = new CountingDriver();
  const readers = new Readers(driver, 2);
  const readMany = () => Promise.all(FIFTY.map(() => readers.query('select 1')));
  await readMany();
  expect(driver.opened).toHaveLength(2);
  for (const lost of [4, 6]) {
    driver.loseAll();
    await readMany();
    expect(driver.opened).toHaveLength(lost);
  }
  await readers.close();
  expect(driver.stillOpen).toBe(0);
});

it('reads whose first connection does not come share the next one', async () => {
  const driver = new CountingDriver();
  let refusals = 1;
  const connect = async () => {
    if (refusals-- > 0) throw new ConnectionLost('not yet');
    return CountingDriver.prototype.connect.call(driver);
  };
  const readers = new Readers({ connect }, 1);
  await Promise.all(FIFTY.map(() => readers.query('select 1')));
  await readers.close();
  expect([driver.opened.length, driver.stillOpen]).toEqual([1, 0]);
});

it('hints that find the line of a node lost share the next one', async () => {
  const driver = new CountingDriver();
  const line = new NodeLine(driver, 'me');
  const tellMany = async () => {
    for (const _ of FIFTY) line.tell(['send']);
    // Behind all of them: it waits for the same connection.
    await line.clockOffset().catch(() => undefined);
  };
  await tellMany();
  expect(driver.opened).toHaveLength(1);
  driver.loseAll();
  await tellMany();
  expect(driver.opened).toHaveLength(2);
  await line.close();
  expect(driver.stillOpen).toBe(0);
});
