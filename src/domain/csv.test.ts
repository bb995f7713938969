import { describe, expect, it } from 'vitest';
import { csvLine, readCsv } from './csv.ts';

describe('a line', () => {
  it('is RFC 4180: quoted where it has to be', () => {
    expect(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', 7, null])).toBe('a,"b,c","say ""hi""","two\nlines",7,\r\n');
  });

  it.each(['=1+1', '+1+1', '-1', '@SUM(A1)', '\tx', '\rx', "'=1", "''+x"])(
    'is no formula for a spreadsheet: %j',
    (text) => {
      const line = csvLine([text, '+12025550101']);
      expect(line.replace('"', '')).toMatch(/^'/);
      expect(line).toContain(',+12025550101\r\n');
      expect(readCsv(line)[0]?.cells).toEqual([text, '+12025550101']);
    },
  );
});

describe('a file', () => {
  it('has rows with the line they begin at; CRLF or LF, a byte order mark, empty lines', () => {
    const rows = readCsv('\ufeffa,b\r\n"1\n2",3\n\n,\nlast');
    expect(rows.map(({ line, cells }) => [line, cells])).toEqual([
      [1, ['a', 'b']],
      [2, ['1\n2', '3']],
      [5, ['', '']],
      [6, ['last']],
    ]);
  });

  it('tells what is broken, and goes on with the next line', () => {
    const rows = readCsv('a,b"c\n"open,d\n"x"y,z\nfine,"q"\n"never closed');
    expect(rows.map(({ line, fault }) => [line, fault === null])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, true],
      [5, false],
    ]);
    expect(rows[3]?.cells).toEqual(['fine', 'q']);
    expect(readCsv('')).toEqual([]);
  });
});
