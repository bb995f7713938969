import { expect, it } from 'vitest';
import { eventReader } from './sse.ts';

it('reads events however the stream is cut', () => {
  const stream = 'retry: 1000\n\n: beat\n\nid: 7\nevent: changes\ndata: {"a":\ndata: 1}\n\nid: 8\nevent: reset\n\ndata';
  for (const size of [1, 3, 1000]) {
    const read = eventReader();
    const pieces = stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(pieces.flatMap(read)).toEqual([
      { event: 'changes', data: '{"a":\n1}', id: '7' },
      { event: 'reset', data: '', id: '8' },
    ]);
  }
});

it('reads lines that end as Windows ends them', () => {
  expect(eventReader()('id:1\r\ndata:x\r\n\r\n')).toEqual([{ event: 'message', data: 'x', id: '1' }]);
});
