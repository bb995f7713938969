import {
  CommitUnknown,
  type Connection,
  type Driver,
  type Purpose,
  type Session,
} from '../../src/store/postgres/driver.ts';

/** A driver whose next commits happen without an answer, as when the network breaks at that instant. */
export class LossyDriver implements Driver {
  /** So many commits of writing connections get no answer. */
  losing = 0;
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async connect(purpose: Purpose): Promise<Connection> {
    const connection = await this.#driver.connect(purpose);
    if (purpose !== 'write') return connection;
    const lossy = async <T>(committed: Promise<T>): Promise<T> => {
      const value = await committed;
      if (this.losing === 0) return value;
      this.losing -= 1;
      connection.destroy();
      throw new CommitUnknown('The answer to the commit is lost');
    };
    const transaction = <T>(work: (session: Session) => Promise<T>) => lossy(connection.transaction(work));
    const statement = (text: string, values: readonly unknown[]) => lossy(connection.statement(text, values));
    return new Proxy(connection, {
      get: (target, name) => {
        if (name === 'transaction') return transaction;
        if (name === 'statement') return statement;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}
