import { defineConfig } from 'vitest/config';

// vite's built-in oxc transform reads experimentalDecorators and emitDecoratorMetadata from tsconfig.json
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    globalSetup: './test/support/did-not-run.ts',
    // Worker threads that a test starts run from source too.
    execArgv: ['--import', './test/support/typescript-loader.js'],
  },
});
