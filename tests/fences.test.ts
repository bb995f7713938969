import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Every fence of biome.json gets one planted violation, and must answer with its own sentence. */
const ROOT = resolve(import.meta.dirname, '..');

interface Planted {
  fence: string;
  file: string;
  text: string;
  says: string;
}

const DOMAIN = 'domain is the ground';
const ENGINE = 'engine never learns';
const HTTP = 'http is the front door';
const ESME = 'esme is the second front door';
const CONSOLE = 'console runs in a browser';
const importing = (path: string): string => `import { thing } from '${path}';\nexport const used = thing;\n`;

const PLANTED: Planted[] = [
  {
    fence: 'domain imports no floor above',
    file: 'src/domain/p1.ts',
    text: importing('../store/sqlite.ts'),
    says: DOMAIN,
  },
  {
    fence: 'domain imports no types from above either',
    file: 'src/domain/p2.ts',
    text: "import type { Store } from '../store/store.ts';\nexport type S = Store;\n",
    says: DOMAIN,
  },
  { fence: 'domain imports no node module', file: 'src/domain/p3.ts', text: importing('node:fs'), says: DOMAIN },
  {
    fence: 'domain imports crypto in two files only',
    file: 'src/domain/p4.ts',
    text: importing('node:crypto'),
    says: DOMAIN,
  },
  {
    fence: 'domain imports no package but the pure ones',
    file: 'src/domain/p5.ts',
    text: importing('undici'),
    says: DOMAIN,
  },
  { fence: 'sid.ts imports no other node module', file: 'src/domain/sid.ts', text: importing('node:fs'), says: DOMAIN },
  {
    fence: 'wire imports domain alone',
    file: 'src/wire/smpp/p.ts',
    text: importing('../../net/outgoing.ts'),
    says: 'wire is bytes',
  },
  {
    fence: 'net imports domain alone',
    file: 'src/net/p.ts',
    text: importing('../engine/accept.ts'),
    says: 'net is the way out',
  },
  {
    fence: 'store imports domain alone',
    file: 'src/store/p.ts',
    text: importing('../engine/waker.ts'),
    says: 'store is what lasts',
  },
  {
    fence: 'connectors import no policy',
    file: 'src/connectors/p.ts',
    text: importing('../engine/dispatch.ts'),
    says: 'connectors translate',
  },
  {
    fence: 'engine does not know its store',
    file: 'src/engine/p1.ts',
    text: importing('../store/sqlite.ts'),
    says: ENGINE,
  },
  {
    fence: 'engine does not know its carrier',
    file: 'src/engine/p2.ts',
    text: importing('../connectors/simulated.ts'),
    says: ENGINE,
  },
  {
    fence: 'engine does not know the front door',
    file: 'src/engine/p3.ts',
    text: importing('../http/render.ts'),
    says: ENGINE,
  },
  { fence: 'http does not send', file: 'src/http/p1.ts', text: importing('../net/outgoing.ts'), says: HTTP },
  { fence: 'http does not know its store', file: 'src/http/p2.ts', text: importing('../store/sqlite.ts'), says: HTTP },
  { fence: 'only cli and tests import config.ts', file: 'src/http/p3.ts', text: importing('../config.ts'), says: HTTP },
  {
    fence: 'the second front door does not go through the first',
    file: 'src/esme/p1.ts',
    text: importing('../http/form.ts'),
    says: ESME,
  },
  { fence: 'esme does not know its store', file: 'src/esme/p2.ts', text: importing('../store/sqlite.ts'), says: ESME },
  {
    fence: 'engine does not know the second front door',
    file: 'src/engine/p9.ts',
    text: importing('../esme/users.ts'),
    says: ENGINE,
  },
  {
    fence: 'the simulator knows Pidge only as a carrier would',
    file: 'src/simulator/p.ts',
    text: importing('../store/store.ts'),
    says: 'simulator is a carrier',
  },
  {
    fence: 'console runs in a browser',
    file: 'src/console/p.ts',
    text: importing('../domain/sid.ts'),
    says: CONSOLE,
  },
  {
    fence: 'console asks the server over HTTP',
    file: 'src/console/pages/connectors/p.ts',
    text: importing('../../../connectors/connector.ts'),
    says: CONSOLE,
  },
  {
    fence: 'console imports no package of the server',
    file: 'src/console/api/p.ts',
    text: importing('undici'),
    says: CONSOLE,
  },
  {
    fence: 'a page of the console does not reach into another',
    file: 'src/console/pages/send/p.ts',
    text: importing('../messages/page.tsx'),
    says: CONSOLE,
  },
  {
    fence: 'no console outside cli',
    file: 'src/engine/p4.ts',
    text: "console.log('here');\n",
    says: 'Only the command line writes to the terminal',
  },
  {
    fence: 'no environment outside config.ts',
    file: 'src/cli/p.ts',
    text: 'export const home = process.env.HOME;\n',
    says: 'Only config.ts reads the environment',
  },
  {
    fence: 'no Date.now outside the clock',
    file: 'src/engine/p5.ts',
    text: 'export const at = Date.now();\n',
    says: 'Ask the Clock',
  },
  {
    fence: 'no setTimeout outside the clock',
    file: 'src/http/p4.ts',
    text: 'setTimeout(() => undefined, 5);\n',
    says: 'Ask the Clock',
  },
  {
    fence: 'no floating promise',
    file: 'src/engine/p6.ts',
    text: 'async function go(): Promise<void> {}\nexport function start(): void {\n  go();\n}\n',
    says: 'floating',
  },
  {
    fence: 'exhaustive switch',
    file: 'src/engine/p7.ts',
    text: "export function f(side: 'a' | 'b'): void {\n  switch (side) {\n    case 'a':\n      f(side);\n  }\n}\n",
    says: 'not exhaustive',
  },
  { fence: 'no barrel', file: 'src/net/p2.ts', text: "export * from './outgoing.ts';\n", says: 'barrel' },
  {
    fence: 'no circle, of types included',
    file: 'src/net/p3.ts',
    text: "import type { Back } from './p4.ts';\nexport type There = Back | null;\n",
    says: 'cycle',
  },
  { fence: 'no undeclared package', file: 'src/net/p5.ts', text: importing('left-pad'), says: 'left-pad' },
];

const ALLOWED: [string, string][] = [
  ['src/domain/signature.ts', importing('node:crypto')],
  ['src/domain/a1.ts', importing('libphonenumber-js/max')],
  ['src/domain/clock.ts', 'export const at = Date.now();\n'],
  ['src/net/p4.ts', "import type { There } from './p3.ts';\nexport type Back = There;\n"],
  ['src/engine/a1.ts', importing('../store/store.ts')],
  ['src/engine/a2.ts', importing('../connectors/connector.ts')],
  ['src/http/a1.ts', importing('../engine/accept.ts')],
  ['src/connectors/a1.ts', importing('../net/outgoing.ts')],
  ['src/config.ts', 'export const home = process.env.HOME;\n'],
  ['src/cli/a1.ts', "console.log('here');\n"],
  ['src/app.ts', importing('./store/sqlite.ts')],
  ['src/console/app/a1.ts', importing('../pages/connectors/page.tsx')],
  ['src/console/pages/send/a1.ts', importing('../../../domain/segments.ts')],
  ['src/console/parts/a1.ts', "import { Chip } from '@mantine/core';\nexport const at = [Date.now(), Chip];\n"],
  ['src/engine/a3.test.ts', importing('../store/sqlite.ts')],
];

describe('the fences', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-fences-'));
  let found: { path: string; message: string }[] = [];

  beforeAll(() => {
    cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    cpSync(join(ROOT, 'scripts/fences'), join(folder, 'scripts/fences'), { recursive: true });
    for (const [file, text] of [...PLANTED.map(({ file, text }): [string, string] => [file, text]), ...ALLOWED]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    found = lint(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(PLANTED)('$fence', ({ file, says }) => {
    const messages = found.filter((one) => one.path === file).map((one) => one.message);
    expect(messages.join('\n')).toContain(says);
  });

  it('let through what the floors may import', () => {
    const files = new Set(ALLOWED.map(([file]) => file).filter((file) => file !== 'src/net/p4.ts'));
    expect(found.filter((one) => files.has(one.path))).toEqual([]);
  });
});

function lint(folder: string): { path: string; message: string }[] {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--max-diagnostics=1000', '--diagnostic-level=error', '--reporter=json', '.'];
  const done = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const report = JSON.parse(done.stdout) as { diagnostics: { message: unknown; location: { path?: string } }[] };
  return report.diagnostics.map((one) => ({ path: one.location.path ?? '', message: JSON.stringify(one.message) }));
}
