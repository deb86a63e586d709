import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/create-app.js';
import { configurationIn } from '../../src/platform/configuration.js';
import { startOptions } from '../../src/start-options.js';
import { superviseWorkers } from '../../src/workers.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('how the service is started', () => {
  it.each([
    [[], { workers: null, environment: { PLUMBLINE_PORT: '0', PLUMBLINE_ROLE: 'all' } }],
    [
      ['--workers', '4', '--role', 'lookup'],
      { workers: 4, environment: { PLUMBLINE_PORT: '0', PLUMBLINE_ROLE: 'lookup' } },
    ],
    [['--role=ingest'], { workers: null, environment: { PLUMBLINE_PORT: '0', PLUMBLINE_ROLE: 'ingest' } }],
  ])('reads %j', (words, options) => {
    expect(startOptions(words, { PLUMBLINE_PORT: '0', PLUMBLINE_ROLE: 'all' })).toEqual(options);
  });

  it.each([['--workers', '0'], ['--workers', '1.5'], ['--workers'], ['--rolle', 'all'], ['4']])(
    'refuses %j %j',
    (...words) => {
      expect(() => startOptions(words, {})).toThrow(/write "npm start -- /);
    },
  );

  it('says what to set where processes cannot share an engine', async () => {
    const embedded = configurationIn(temporaryFolder('start'));
    const wanted = /set databaseUrl: postgres:\/\/…, log.engine: kafka, online.engine: redis$/;
    await expect(superviseWorkers(2, embedded)).rejects.toThrow(wanted);
    const lookup = { ...embedded, processes: { ...embedded.processes, role: 'lookup' as const } };
    await expect(createApp(lookup)).rejects.toThrow(wanted);
  });
});
