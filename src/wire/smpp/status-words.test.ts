import { expect, it } from 'vitest';
import { statusWords } from './status-words.ts';

it('says of a status what it is, what follows, and which code its message fails with', () => {
  expect(statusWords('ESME_ROK')).toMatchObject({ code: 0, errorCode: null, follows: 'The carrier has it.' });
  expect(statusWords('ESME_RINVDSTADR')).toMatchObject({ code: 0x0b, errorCode: 30005 });
  expect(statusWords('ESME_RTHROTTLED')).toMatchObject({ code: 0x58, follows: expect.stringContaining('slower') });
  expect(statusWords('ESME_RINVPASWD')).toMatchObject({ errorCode: null, follows: expect.stringContaining('held') });
});

it('knows what to say of those that are in no specification', () => {
  const own = statusWords('0x00000401');
  expect(own).toMatchObject({ code: 0x401, text: "a status of this carrier's own", errorCode: 30008 });
  expect(statusWords('reserved')).toMatchObject({ code: null, text: 'a reserved status', errorCode: 30008 });
});
