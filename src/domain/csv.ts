/**
 * CSV (RFC 4180) that goes out to spreadsheets and comes back from them. A cell that a spreadsheet would run as a
 * formula gets an apostrophe in front, which is taken away again on the way back. A bare `+12025550101` is only a number
 * to them, and stays as it is for whoever else reads the file.
 */

/** With apostrophes that are its own, so that taking one away gives back what it was. */
const FORMULA = /^'*[=+\-@\t\r]/;
const NUMBER = /^\+\d+$/;
const DEFUSED = /^'(?='*[=+\-@\t\r])/;

/** One line with its end. */
export function csvLine(cells: (string | number | null)[]): string {
  return `${cells.map((cell) => quoted(defused(cell === null ? '' : String(cell)))).join(',')}\r\n`;
}

function defused(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface CsvRow {
  /** Where it begins in the file, from 1. */
  line: number;
  cells: string[];
  /** Why it cannot be read; `null`: it can. */
  fault: string | null;
}

/** The rows of a file, its header first; empty lines are left out. Lines end with LF or CRLF. */
export function readCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = 1;
  // Excel begins a file in UTF-8 with its mark.
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; ) {
    const { row, next, lines } = readRow(text, at, line);
    if (row.fault !== null || row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
    at = next;
    line += lines;
  }
  return rows;
}

/** Of a cell in quotes, and of one without, with what ends it. */
const QUOTED = /"((?:[^"]|"")*)"(,|\r?\n|$)/y;
const PLAIN = /([^",\r\n]*)(,|\r?\n|$)/y;

function readRow(text: string, from: number, line: number): { row: CsvRow; next: number; lines: number } {
  const row: CsvRow = { line, cells: [], fault: null };
  let lines = 0;
  for (let at = from; ; ) {
    const pattern = text[at] === '"' ? QUOTED : PLAIN;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) {
      // Goes on after the line: what is broken in one row does not spoil the next.
      const end = text.indexOf('\n', at);
      row.fault = 'its quotes do not fit';
      return { row, next: end === -1 ? text.length : end + 1, lines: lines + 1 };
    }
    const [whole, cell = '', end] = match;
    lines += whole.split('\n').length - 1;
    row.cells.push(cell.replaceAll('""', '"').replace(DEFUSED, ''));
    at += whole.length;
    if (end !== ',') return { row, next: at, lines };
  }
}
