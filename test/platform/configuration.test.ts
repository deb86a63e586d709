import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/platform/configuration.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function inFolder(file: string | null): string {
  const folder = temporaryFolder('configuration');
  if (file !== null) writeFileSync(join(folder, 'plumbline.yaml'), file);
  return folder;
}

describe('configuration', () => {
  it('binds the loopback and keeps its data in ./data when nothing is said', () => {
    const folder = inFolder(null);
    expect(loadConfiguration({ HOME: '/root' }, folder)).toMatchObject({
      host: '127.0.0.1',
      port: 3400,
      dataDir: join(folder, 'data'),
      dataRoots: [join(folder, 'demo'), join(folder, 'data', 'uploads')],
      maxBodyBytes: 512 * 1024 ** 2,
      maxSkewUs: 1_000_000n,
      databaseUrl: null,
      databasePoolSize: 10,
      logLevel: 'info',
      answerLog: { share: 0.01, maxBytes: 256 * 1024 ** 2, maxAgeUs: 604_800_000_000n },
      auditEveryUs: 86_400_000_000n,
    });
  });

  it('reads one file, and variables over it', () => {
    const folder = inFolder(
      'port: 4000\nmaxSkew: 5s\ndataRoots: [a, /b]\nduckdb:\n  memoryLimit: 2GiB\n  threads: 3\nanswerLog: { share: 0.5 }\n',
    );
    const environment = {
      PLUMBLINE_PORT: '0',
      PLUMBLINE_MAX_BODY: '1MiB',
      PLUMBLINE_DUCKDB_THREADS: '4',
      PLUMBLINE_ANSWER_LOG_MAX_AGE: '2h',
      PLUMBLINE_AUDIT_EVERY: 'never',
    };
    expect(loadConfiguration(environment, folder)).toMatchObject({
      port: 0,
      maxSkewUs: 5_000_000n,
      maxBodyBytes: 1024 ** 2,
      dataRoots: [join(folder, 'a'), '/b'],
      duckdb: { memoryLimit: '2GiB', threads: 4 },
      answerLog: { share: 0.5, maxAgeUs: 7_200_000_000n },
      auditEveryUs: null,
    });
  });

  it.each([
    ['an unknown setting', 'prot: 1', {}, 'unknown setting "prot"; did you mean "port"?'],
    ['an unknown inner setting', 'duckdb: { thread: 1 }', {}, 'did you mean "duckdb.threads"?'],
    ['an unknown variable', null, { PLUMBLINE_PROT: '1' }, 'did you mean "PLUMBLINE_PORT"?'],
    ['a bad port', 'port: 65536', {}, '65536 is no whole number from 0 to 65535'],
    ['a bad variable', null, { PLUMBLINE_PORT: 'http' }, 'PLUMBLINE_PORT: http is no whole number'],
    ['a bad size', 'maxBody: 5 MB', {}, 'is no size'],
    ['a bad duration', 'maxSkew: 5', {}, '5 is no text'],
    ['a bad share', 'answerLog: { share: 1.5 }', {}, '1.5 is no share'],
    ['a hasty schedule', 'audit: { every: 1s }', {}, 'shorter than 1m'],
    ['a bad level', 'logLevel: loud', {}, 'unknown setting "loud"'],
    ['another database', 'databaseUrl: mysql://x', {}, 'postgres://'],
    ['a pool of nothing', 'databasePoolSize: 0', {}, '0 is no whole number from 1 to 1000'],
    ['a list', '- port', {}, 'name: value'],
    ['broken YAML', 'port: [', {}, 'plumbline.yaml'],
    ['a file that is not there', null, { PLUMBLINE_CONFIG: 'x.yaml' }, 'there is no file'],
  ])('refuses %s', (_, file, environment, message) => {
    expect(() => loadConfiguration(environment, inFolder(file))).toThrow(message);
  });
});
