import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const read = (text: string, env: Record<string, string> = {}) =>
  readConfig({ mode: 'serve', env, file: { name: 'pidge.toml', text } }).console;

function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  try {
    read(text, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

it('the console is on, kept for 90 days and without users until somebody names some', () => {
  expect(read('')).toEqual({ enabled: true, allowHosts: [], auditMs: 90 * 86_400_000, users: [] });
});

it('users come from the environment and from the file, and look only unless they are operators', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-console-'));
  try {
    const path = join(folder, 'password');
    writeFileSync(path, 'from a file\n');
    const text = `[[console.users]]\nname = "eve@example.com"\npassword_file = ${JSON.stringify(path)}\nrole = "operator"
[[console.users]]\nname = "guest"\npassword = "looking only"\n`;
    expect(read(text, { PIDGE_ADMIN_PASSWORD: 'the operator’s' }).users).toEqual([
      { name: 'admin', password: 'the operator’s', role: 'operator' },
      { name: 'eve@example.com', password: 'from a file', role: 'operator' },
      { name: 'guest', password: 'looking only', role: 'viewer' },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('what is wrong is told with its user, and never with a password', () => {
  const text = `[[console.users]]\nname = "a b"\npassword = "secret word"
[[console.users]]\nname = "admin"\npassword = "secret"
[[console.users]]\nname = "lost"\npassword_file = "/nowhere/at/all"\npassword = "secret word"
[[console.users]]\npassword = "secret word"\n`;
  const problems = problemsOf(text, { PIDGE_ADMIN_PASSWORD: 'secret' });
  for (const part of [
    'console.users.name is "a b"',
    'console.users.password of "admin" needs 8',
    'PIDGE_ADMIN_PASSWORD needs 8',
    'called "admin" (admin_password makes one)',
    '"lost" has both',
    'of "lost" cannot be read',
    '[[console.users]] needs name',
  ]) {
    expect(problems.filter((one) => one.includes(part))).toHaveLength(1);
  }
  expect(problems.join('\n')).not.toContain('secret');
  expect(problems.filter((one) => one.includes('"lost" needs'))).toEqual([]);
  expect(problemsOf('[[console.users]]\nname = "eve"\npassword = "${env:NOPE}"\n')).toHaveLength(1);
});
