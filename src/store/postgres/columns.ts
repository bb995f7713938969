/** Rows turned into one array a column, which is how `unnest` takes them. */
export class Columns {
  readonly values: unknown[][];

  constructor(width: number) {
    this.values = Array.from({ length: width }, () => []);
  }

  get size(): number {
    return this.values[0]?.length ?? 0;
  }

  push(...row: unknown[]): void {
    for (const [index, column] of this.values.entries()) column.push(row[index]);
  }
}
