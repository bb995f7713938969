/** The image and the two nodes of docker-compose.yml: linted, and held to what the guide says of them. */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DCLinter } from 'dclint';
import { ValidationSeverity, validate } from 'dockerfile-utils';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const COMPOSE = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

interface Service {
  image: string;
  build?: string;
  environment: Record<string, string>;
  read_only: boolean;
  cap_drop: string[];
  security_opt: string[];
  user?: string;
  privileged?: boolean;
  ports?: string[];
  networks: string[];
  volumes: string[];
  secrets: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  secrets: Record<string, { file: string }>;
}

const compose = parse(COMPOSE, { merge: true }) as Compose;
const nodes = Object.entries(compose.services).filter(([, service]) => service.build !== undefined);

/** `['FROM', 'node:24']`, a line each, continuations joined. */
function instructions(text: string): [word: string, rest: string][] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
      return [word, rest];
    });
}

const of = (word: string): string[] =>
  instructions(DOCKERFILE).flatMap(([name, rest]) => (name === word ? [rest] : []));

/** Every rule at its strictest. */
const STRICT = Object.fromEntries(
  [
    'deprecatedMaintainer',
    'directiveCasing',
    'emptyContinuationLine',
    'instructionCasing',
    'instructionCmdMultiple',
    'instructionEntrypointMultiple',
    'instructionHealthcheckMultiple',
    'instructionJSONInSingleQuotes',
    'instructionWorkdirRelative',
  ].map((rule) => [rule, ValidationSeverity.ERROR]),
);

function lintCompose(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'docker-compose.yml');
  writeFileSync(path, text);
  const linter = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] });
  // Its own types import without extensions, so here they say nothing.
  const results = linter.lintFiles([path], false) as { messages: { message: string }[] }[];
  return results.flatMap(({ messages }) => messages.map(({ message }) => message));
}

/** The settings that an environment makes, with every `…_FILE` there to be read. */
function settingsOf(environment: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const values: Record<string, string> = {
    pidge_database: 'postgres://pidge:x@postgres:5432/pidge',
    pidge_secret_key: 'k'.repeat(40),
  };
  const env = Object.entries(environment).map(([name, value]) => {
    const secret = /^\/run\/secrets\/(\w+)$/.exec(value)?.[1];
    if (secret === undefined) return [name, value];
    writeFileSync(join(folder, secret), `${values[secret]}\n`);
    return [name, join(folder, secret)];
  });
  return readConfig({ env: Object.fromEntries(env), file: null });
}

const imageEnvironment = Object.fromEntries(
  of('ENV').flatMap((line) => line.split(/\s+/).map((pair) => pair.split('=') as [string, string])),
);

it('the Dockerfile has nothing a linter would mend', () => {
  expect(validate(DOCKERFILE, STRICT).map(({ message }) => message)).toEqual([]);
});

it('the compose file has nothing a linter would mend, and holds to the schema', () => {
  expect(lintCompose(COMPOSE)).toEqual([]);
});

it('both linters see what is wrong', () => {
  expect(validate(DOCKERFILE.replace('WORKDIR /app', 'WORKDIR app'), STRICT)).toHaveLength(1);
  expect(validate(`${DOCKERFILE}\nCMD ["serve"]\n`, STRICT)).not.toHaveLength(0);
  expect(lintCompose(COMPOSE.replace('postgres:16-bookworm', 'postgres'))).not.toHaveLength(0);
  const [schema] = lintCompose(COMPOSE.replace('cap_drop:\n    - ALL', 'cap_drop: ALL'));
  expect(schema).toContain('instancePath="/services/node-a/cap_drop"');
  expect(lintCompose(COMPOSE.replace("'127.0.0.1:7670:7670'", "'7670:7670'"))).not.toHaveLength(0);
});

it('the image is the Node that the launcher pins, by its tag', () => {
  const pinned = /PINNED = '([\d.]+)'/.exec(readFileSync(join(ROOT, 'scripts/with-node.js'), 'utf8'))?.[1];
  expect(of('FROM')).toEqual([`node:${pinned}-slim AS console`, `node:${pinned}-slim`]);
});

it('the process is Node itself, as a user without a name, and stops by SIGTERM', () => {
  expect(of('USER')).toEqual(['10001:10001']);
  expect(of('ENTRYPOINT').map((one) => JSON.parse(one))).toEqual([['pidge']]);
  expect(of('CMD').map((one) => JSON.parse(one))).toEqual([['serve']]);
  expect(of('STOPSIGNAL')).toEqual(['SIGTERM']);
  const [health = ''] = of('HEALTHCHECK');
  expect(JSON.parse(health.slice(health.indexOf('CMD ') + 4))).toEqual(expect.arrayContaining(['pidge', 'ready']));
  const launcher = readFileSync(join(ROOT, 'scripts/pidge.js'), 'utf8');
  expect(launcher.startsWith('#!/usr/bin/env node\n')).toBe(true);
});

it('nothing is fetched but the packages of the lockfile, and none of their scripts runs', () => {
  expect(of('ADD')).toEqual([]);
  const installs = of('RUN').filter((line) => /npm (ci|i|install)\b|apt|curl|wget/.test(line));
  expect(installs).toHaveLength(2);
  // What builds the pages stays behind.
  expect(installs[0]).toMatch(/^npm ci --ignore-scripts /);
  expect(installs[1]).toMatch(/^npm ci --omit=dev --ignore-scripts /);
  expect(of('COPY').filter((line) => line.startsWith('--from'))).toEqual(['--from=console /app/dist ./dist']);
});

it('the image and the compose file set only what is a setting', () => {
  const config = settingsOf(imageEnvironment);
  expect([config.mode, config.data, config.http.host]).toEqual(['serve', '/data', '0.0.0.0']);
  for (const [, { environment }] of nodes) {
    const inside = settingsOf({ ...imageEnvironment, ...environment });
    expect(inside.database).toBe('postgres://pidge:x@postgres:5432/pidge');
    expect(inside.secretKey).toBe('k'.repeat(40));
  }
});

it('there are two nodes on one PostgreSQL, and each waits until what it needs is healthy', () => {
  expect(nodes.map(([name]) => name)).toEqual(['node-a', 'node-b']);
  for (const [, { depends_on }] of nodes) {
    expect(depends_on).toHaveProperty('postgres.condition', 'service_healthy');
  }
  expect(compose.services['node-b']?.depends_on).toHaveProperty('node-a.condition', 'service_healthy');
  expect(compose.services.postgres?.image).toMatch(/^postgres:16-/);
  expect(compose.services.postgres?.healthcheck?.test).toContain('--host=127.0.0.1');
});

it('every service gives up what it can: root, capabilities, a writable root', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    expect([name, service.read_only, service.cap_drop, service.security_opt, service.privileged]).toEqual([
      name,
      true,
      ['ALL'],
      ['no-new-privileges:true'],
      undefined,
    ]);
    // A node's user is the image's.
    if (service.build === undefined) expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  }
});

it('no password is in the file, and the database is reached from inside alone', () => {
  for (const { environment } of Object.values(compose.services)) {
    for (const [name, value] of Object.entries(environment)) {
      if (/PASSWORD|SECRET|DATABASE|TOKEN/.test(name))
        expect([name, value]).toEqual([expect.stringMatching(/_FILE$/), value]);
    }
  }
  for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
  expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toContain('secrets/');
  expect(compose.services.postgres?.networks).toEqual(['database']);
  expect(compose.networks.database?.internal).toBe(true);
  const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
  expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
});

it('what the image copies is there, is let into the build, and is enough to serve', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-image-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const app = join(folder, 'app');
  const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const letIn = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const isTest = (path: string) => path.endsWith('.test.ts');
  for (const path of letIn) {
    mkdirSync(dirname(join(app, path)), { recursive: true });
    cpSync(join(ROOT, path), join(app, path), { recursive: true, filter: (source) => !isTest(source) });
  }
  const copied = of('COPY').flatMap((line) => (line.startsWith('--from') ? [] : line.split(/\s+/).slice(0, -1)));
  expect(copied.filter((path) => !existsSync(join(app, path)))).toEqual([]);
  expect(readdirSync(app).filter((name) => !copied.includes(name))).toEqual([]);
  symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'));

  const env = {
    PATH: process.env.PATH,
    ...imageEnvironment,
    TMPDIR: folder,
    PIDGE_DATA: join(folder, 'data'),
    PIDGE_HTTP_HOST: '127.0.0.1',
    PIDGE_HTTP_PORT: '0',
    PIDGE_SECRET_KEY: 'k'.repeat(40),
  };
  const child = spawn(process.execPath, ['scripts/pidge.js', 'serve'], {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let banner = '';
  const origin = await new Promise<string>((found, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      banner += text;
      const url = /API base {2}(\S+)/.exec(banner)?.[1];
      if (url) found(url);
    });
    child.once('exit', (code) => fail(new Error(`ended with ${code}`)));
  });
  const ready = spawn(process.execPath, ['scripts/pidge.js', 'ready', '--url', origin, '--wait', '5s'], {
    cwd: app,
    env,
  });
  expect(await new Promise((done) => ready.once('exit', done))).toBe(0);
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
