/** The words in which the two engines differ, where a statement is otherwise the same. */
export interface Dialect {
  /** Larger of two values. */
  greatest: string;
  /** A number as text. */
  text(expression: string): string;
}

export const SQLITE: Dialect = { greatest: 'max', text: (expression) => expression };
export const POSTGRES: Dialect = { greatest: 'greatest', text: (expression) => `${expression}::text` };
