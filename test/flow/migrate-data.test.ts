import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/definition/time.js';
import { migrateData, planMigration } from '../../src/migrate-data.js';
import { ManualClock } from '../../src/platform/clock.js';
import { type Configuration, configurationIn } from '../../src/platform/configuration.js';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { POSTGRES } from '../counterparts/postgres.js';
import { REDIS } from '../counterparts/redis.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type KafkaBroker, startKafka } from '../support/kafka.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { type RedisServers, startRedis } from '../support/redis.js';
import { redisSettings } from '../support/redis-settings.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { heldValue, MOVED_DOCUMENTS, pictureOf, pushSome } from './moved-installation.js';

const CLI = resolve(import.meta.dirname, '../../dist/src/cli/main.js');
const NOW = '2026-03-02T12:00:00Z';

const clock = new ManualClock(parseTimestamp(NOW)!);

function start(configuration: Configuration): Promise<TestApp> {
  return startTestApp({ dataDir: configuration.dataDir, configuration, clock });
}

/** An embedded installation that lived twice, and what it answers. */
async function lived(): Promise<{ readonly configuration: Configuration; readonly picture: unknown }> {
  const configuration = configurationIn(temporaryFolder('moving'));
  clock.set(parseTimestamp(NOW)!);
  const first = await start(configuration);
  expect((await first.yaml('/v1/projects/p/apply', MOVED_DOCUMENTS)).status).toBe(200);
  await pushSome(first, 'first');
  await first.stop();
  const second = await start(configuration);
  await pushSome(second, 'second');
  const picture = await pictureOf(second);
  await second.stop();
  return { configuration, picture };
}

const ENGINES = [KAFKA, POSTGRES, REDIS];

describe.skipIf(!ENGINES.every(isAsked))('an installation that moves to production engines and back', () => {
  let broker: KafkaBroker;
  let postgres: PostgresServer;
  let redis: RedisServers;
  beforeAll(async () => {
    [broker, postgres, redis] = await Promise.all([startKafka(), startPostgres(), startRedis()]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([broker.close(), postgres.close(), redis.close()]);
  });

  function production(dataDir: string): Configuration {
    const connection = { brokers: broker.brokers, tls: null, sasl: null, requestTimeoutMs: 10_000 };
    const once = { replication: 1, minInSync: 1, compression: 'zstd', maxMessageBytes: 4096 } as const;
    return {
      ...configurationIn(dataDir),
      databaseUrl: postgres.url,
      log: { engine: 'kafka', kafka: { connection, topicPrefix: 'moved', ...once } },
      online: { engine: 'redis', redis: redisSettings(redis, { keyPrefix: 'moved', buckets: 4 }) },
    };
  }

  it('answers everything as before, and goes on with the next sequence, cut short at any place', async () => {
    const { configuration: from, picture } = await lived();
    const to = production(join(temporaryFolder('moved'), 'data'));
    const plan = await planMigration({ from, to });
    expect(plan.map(({ part, what }) => [part, what])).toEqual([
      ['registry', expect.stringContaining('quarantined_row')],
      ['files', expect.stringMatching(/^[0-9]+ files of [0-9]+ bytes$/)],
      ['log', '10 rows of p/departures'],
      ['online', '4 feature set versions, built from the log'],
    ]);
    expect(existsSync(to.dataDir)).toBe(false);
    await movedThroughCuts({ from, to });
    const moved = await start(to);
    expect(await pictureOf(moved)).toEqual(picture);
    expect(await pushSome(moved, 'third')).toBe(10);
    const later = await pictureOf(moved);
    const back = configurationIn(join(temporaryFolder('back'), 'data'));
    const running = planMigration({ from: to, to: back });
    await expect(running).rejects.toThrow(/a service runs on this registry, at http/);
    await moved.stop();

    await movedThroughCuts({ from: to, to: back });
    const again = await start(back);
    expect(await pictureOf(again)).toEqual(later);
    expect(await pushSome(again, 'fourth')).toBe(15);
    clock.set(parseTimestamp('2026-03-02T23:00:01Z')!);
    for (const life of ['first', 'second', 'third', 'fourth'])
      await expect.poll(() => heldValue(again, life), { timeout: 20_000 }).toBe(70);
    await again.stop();
    clock.set(parseTimestamp(NOW)!);
    // Where it was the first time it is still, as it was.
    await expect(migrateData({ from, to: back }, () => undefined)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const first = await start(from);
    expect(await pictureOf(first)).toEqual(picture);
    await first.stop();
  }, 600_000);

  /** A service starts on neither meanwhile. */
  async function movedThroughCuts(migration: { readonly from: Configuration; readonly to: Configuration }) {
    for (const parts of [1, 3, 7]) {
      let said = 0;
      const cut = migrateData(migration, () => {
        if (++said > parts) throw new Error('cut short');
      });
      await expect(cut).rejects.toThrow('cut short');
      for (const each of [migration.from, migration.to])
        await expect(start(each)).rejects.toThrow(/unfinished migration/);
    }
    const said: string[] = [];
    const verified = await migrateData(migration, (text) => said.push(text));
    expect(verified['online']).toMatch(/^4 feature set versions, 4 of them compared with the source/);
    expect(said).toContain(`log: verified, ${verified['log']}`);
  }
});

describe('plumbline migrate-data', () => {
  it('refuses a folder in use, a target that holds something, and what is no installation', async () => {
    const { configuration: from } = await lived();
    const to = configurationIn(temporaryFolder('moved'));
    const other = configurationIn(join(temporaryFolder('none'), 'none'));
    const refusals = async (migration: Parameters<typeof migrateData>[0], code: string, text: RegExp) => {
      for (const work of [() => planMigration(migration), () => migrateData(migration, () => undefined)])
        await expect(work()).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
    };
    const running = await start(from);
    // The lock tells processes apart, and here the service runs in this very one.
    writeFileSync(join(from.dataDir, 'plumbline.lock'), `${process.ppid}\n`);
    await refusals({ from, to }, 'CONFLICT', /another process works in/);
    await running.stop();
    writeFileSync(join(to.dataDir, 'worker'), 'somebody');
    await refusals({ from, to }, 'CONFLICT', /not empty; files .*: 1 files of 8 bytes/);
    await refusals({ from: other, to }, 'NOT_FOUND', /no installation in ".*none"/);
    await refusals({ from, to: from }, 'INVALID_REQUEST', /nothing to move/);
    expect(readdirSync(to.dataDir)).toEqual(['worker']);
  }, 120_000);

  // `npm test` builds first; a test run by itself may have no build.
  it.skipIf(!existsSync(CLI))(
    'goes on after it was killed, as a command',
    async () => {
      const { configuration: from, picture } = await lived();
      const folder = temporaryFolder('killed-moving');
      const to = configurationIn(join(folder, 'to'));
      for (const [name, { dataDir }] of [
        ['from.yaml', from],
        ['to.yaml', to],
      ] as const)
        writeFileSync(join(folder, name), `dataDir: ${JSON.stringify(dataDir)}\n`);
      for (const part of ['files', 'log', 'online']) {
        const { child } = command(folder, new RegExp(`^${part}: to `, 'm'));
        await once(child, 'exit');
        expect(child.signalCode).toBe('SIGKILL');
      }
      const { child, said } = command(folder, null);
      await once(child, 'exit');
      expect([child.exitCode, said.join('')]).toEqual([
        0,
        expect.stringMatching(/moved and verified; start the service with to\.yaml/),
      ]);
      const moved = await start(to);
      expect(await pictureOf(moved)).toEqual(picture);
      await moved.stop();
    },
    120_000,
  );
});

/** The command, killed at once when it says so. */
function command(cwd: string, killedAt: RegExp | null): { child: ChildProcess; said: readonly string[] } {
  const args = [CLI, 'migrate-data', '--from', 'from.yaml', '--to', 'to.yaml'];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  child.stdout.on('data', (text: Buffer) => {
    said.push(String(text));
    if (killedAt?.test(String(text))) child.kill('SIGKILL');
  });
  return { child, said };
}
