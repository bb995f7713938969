/** The words in which the two engines differ, where a statement is otherwise the same. */
export interface Dialect {
  /** Larger of two values. */
  greatest: string;
  /** A number as text. */
  text(expression: string): string;
  /** Compares a column with a pattern; of letters only those of ASCII are the same in any case. */
  like(column: string, pattern: string): string;
  /** The messages, read in the order of one of their indexes, which SQLite has to be told. */
  messagesBy(index: 'messages_listed' | 'messages_to' | 'messages_from'): string;
  /** The attempts, found by their message: SQLite would take the index of their account. */
  attemptsByMessage: string;
}

export const SQLITE: Dialect = {
  greatest: 'max',
  text: (expression) => expression,
  like: (column, pattern) => `${column} like ${pattern} escape '\\'`,
  messagesBy: (index) => `messages indexed by ${index}`,
  attemptsByMessage: 'attempts indexed by attempts_message',
};
export const POSTGRES: Dialect = {
  greatest: 'greatest',
  text: (expression) => `${expression}::text`,
  // By the rules of a language it takes several times as long.
  like: (column, pattern) => `${column} collate "C" ilike ${pattern} escape '\\'`,
  messagesBy: () => 'messages',
  attemptsByMessage: 'attempts',
};
