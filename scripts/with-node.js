// Runs a script under Node 24 or newer, whatever Node started this: `node scripts/with-node.js SCRIPT ARGS…`.
//
// Plain JavaScript on purpose: it must run where only Node 20 is installed. A running Node that is new enough is used
// as it is, in this very process. Otherwise a pinned Node comes from the npm registry into .tools/ (once, about 4 s, no
// install script involved) and the script is run again with it, first in PATH, so that children find it too.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import module from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_MAJOR = 24;
const PINNED = '24.21.0';
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'pidge');
const WINDOWS = process.platform === 'win32';

/**
 * Runs `script` (an absolute path) with `args`, here when this Node is new enough, else in a child under the pinned
 * one. Ends the process with the script's own exit code.
 */
export async function runWithNode(script, args) {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR) {
    // Halves the time to the first answer and saves 30 MB: the sources are compiled once, not at every start.
    module.enableCompileCache?.(COMPILE_CACHE);
    process.argv.splice(1, process.argv.length - 1, script, ...args);
    await import(pathToFileURL(script).href);
    return;
  }
  rerun(pinnedNode(), script, args);
}

/** Path of the pinned Node's binary, installed on first use. */
function pinnedNode() {
  const name = `node-${WINDOWS ? 'win' : process.platform}-${process.arch}`;
  const home = join(ROOT, '.tools', 'node_modules', name);
  const binary = join(home, 'bin', WINDOWS ? 'node.exe' : 'node');
  if (!existsSync(binary)) install(name, home);
  if (!existsSync(binary)) stop(`${name}@${PINNED} holds no ${binary}.`);
  return binary;
}

function install(name, home) {
  process.stderr.write(
    `pidge: this is Node ${process.versions.node}, installing Node ${PINNED} into .tools (once) ... `,
  );
  // Installed aside and renamed: an interrupted or a second, simultaneous start never sees half a Node.
  const aside = join(ROOT, '.tools', `new-${process.pid}`);
  mkdirSync(aside, { recursive: true });
  const npmArgs = ['install', '--prefix', aside, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  npmArgs.push('--no-save', '--no-package-lock', '--global=false', `${name}@${PINNED}`);
  const npmScript = process.env.npm_execpath;
  const viaNode = npmScript !== undefined && /npm-cli\.c?js$/.test(npmScript);
  const done = viaNode
    ? spawnSync(process.execPath, [npmScript, ...npmArgs], { cwd: ROOT, encoding: 'utf8' })
    : spawnSync('npm', npmArgs, { cwd: ROOT, encoding: 'utf8', shell: WINDOWS });
  if (done.error || done.status !== 0) {
    rmSync(aside, { recursive: true, force: true });
    stop(`could not install ${name}@${PINNED}.\n${done.error ? done.error.message : done.stderr}`);
  }
  mkdirSync(dirname(home), { recursive: true });
  try {
    renameSync(join(aside, 'node_modules', name), home);
  } catch (error) {
    // Another start was quicker: its copy is as good as ours.
    if (!existsSync(home)) stop(`could not move Node into ${home}: ${error.message}`);
  }
  rmSync(aside, { recursive: true, force: true });
  process.stderr.write('done\n');
}

function rerun(binary, script, args) {
  const path = `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(binary, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  // The child decides when to end. A terminal signals both of us, so it may hear a signal twice; it copes.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(`could not run ${binary}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function stop(reason) {
  process.stderr.write(
    `\npidge: ${reason}\nPidge needs Node ${OLDEST_MAJOR} or newer: install it yourself, or try again.\n`,
  );
  process.exit(3);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) stop('say which script: node scripts/with-node.js SCRIPT ARGS…');
  else await runWithNode(resolve(script), args);
}
