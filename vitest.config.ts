import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'bench/**/*.test.ts'],
    // Processes, not threads: the storms kill what they start, and the store brings its own worker thread.
    pool: 'forks',
    globalSetup: ['tests/helpers/store.setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
