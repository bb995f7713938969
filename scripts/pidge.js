#!/usr/bin/env node
// The installed binary: the command line, under a Node that is new enough.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWithNode } from './with-node.js';

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'cli', 'main.ts');
await runWithNode(main, process.argv.slice(2));
