import { defineConfig } from 'vitest/config';

const STORMS = 'tests/storms/**/*.test.ts';
const CONSOLE = 'tests/console/**/*.test.ts';

export default defineConfig({
  test: {
    // Processes, not threads: the storms kill what they start, and the store brings its own worker thread.
    pool: 'forks',
    globalSetup: ['tests/helpers/store.setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A state that is awaited comes late on a busy machine: a second, which is the default, is no bound of the product.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [STORMS, CONSOLE],
          // Most of their time is waiting.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // They measure rates and waits, and a browser is as large as the rest: one after another, with nothing beside them.
        test: { name: 'storms', include: [STORMS, CONSOLE], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
