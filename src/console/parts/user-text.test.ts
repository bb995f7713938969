import { expect, it } from 'vitest';
import { visible } from './user-text.tsx';

it('names the characters that hide or turn what follows', () => {
  expect(visible('pay\u202Egpj.exe')).toBe('pay⟨U+202E⟩gpj.exe');
  expect(visible('a\u200Bb\u2066c\u0007d\u{E0041}')).toBe('a⟨U+200B⟩b⟨U+2066⟩c⟨U+0007⟩d⟨U+E0041⟩');
});

it('names a joiner that joins nothing', () => {
  expect(visible('width\u200Dtext \u200Cé\uFE0F')).toBe('width⟨U+200D⟩text ⟨U+200C⟩é⟨U+FE0F⟩');
  expect(visible('\u200D')).toBe('⟨U+200D⟩');
});

it('leaves what is written to be read as it is, joined emoji and line ends included', () => {
  const text = 'line 1\r\n\tline 2 مرحبا 👩‍💻 می‌خواهم 1️⃣ – é';
  expect(visible(text)).toBe(text);
});
