import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { isAsked } from './test/counterparts/counterpart.js';
import { POSTGRES } from './test/counterparts/postgres.js';
import { REDIS } from './test/counterparts/redis.js';

/** Tests through the whole service that need nothing of the registry's engine: they run once more on PostgreSQL. */
const ON_POSTGRES: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'registry on PostgreSQL',
    include: ['test/registry/*.test.ts'],
    exclude: ['test/registry/{pglite,postgres,registry-copy,document-schema}.test.ts'],
    globalSetup: './test/support/registry-server.ts',
    setupFiles: './test/support/registry-server-here.ts',
  },
};

/** Tests through the whole service that look values up: they run once more on a Redis Cluster. */
const ON_REDIS: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'online state on Redis',
    include: [
      'test/flow/{audit,generated-services,served-equals-retrieved,windowed-features}.test.ts',
      'test/online/lookup-http.test.ts',
    ],
    globalSetup: './test/support/online-servers.ts',
    setupFiles: './test/support/online-servers-here.ts',
  },
};

// vite's built-in oxc transform reads experimentalDecorators and emitDecoratorMetadata from tsconfig.json
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    globalSetup: './test/support/did-not-run.ts',
    // Worker threads that a test starts run from source too.
    execArgv: ['--import', './test/support/typescript-loader.js'],
    projects: [
      { extends: true, test: { name: 'embedded', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] } },
      ...(isAsked(POSTGRES) ? [ON_POSTGRES] : []),
      ...(isAsked(REDIS) ? [ON_REDIS] : []),
    ],
  },
});
