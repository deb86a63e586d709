import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EmbeddedLog } from '../../src/ingest/adapter/embedded-log.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { all, entry, plain, sourceLogSuite } from './source-log.suite.js';

const logs: EmbeddedLog[] = [];
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
});

function openAt(folder: string): EmbeddedLog {
  const log = new EmbeddedLog(folder);
  logs.push(log);
  return log;
}

function opened() {
  const folder = temporaryFolder('log');
  const log = openAt(folder);
  const reopen = async () => {
    await log.close();
    return openAt(folder);
  };
  const takeOver = async () => {
    const next = openAt(folder);
    await next.epoch('p/a');
    return next;
  };
  return { folder, log, reopen, takeOver };
}

sourceLogSuite('embedded files', opened);

describe('embedded log after a crash', () => {
  it('cuts off a record that was not written to its end, and goes on behind the last whole one', async () => {
    for (const lost of [1, 20, 41]) {
      const { folder, log, reopen } = opened();
      const whole = await log.append('p/a', entry(2));
      await log.append('p/a', entry(2));
      const again = await reopen();
      const file = onlyFile(folder);
      truncateSync(file, statSync(file).size - lost);
      expect(plain(await all(again, 'p/a', 0n))).toEqual(plain([whole]));
      expect((await again.append('p/a', entry(1))).firstSequence).toBe(2n);
    }
  });

  it('refuses to open, and cuts nothing off, where a record that others follow is damaged', async () => {
    const { folder, log, reopen } = opened();
    await log.append('p/a', entry(2));
    await log.append('p/a', entry(2));
    const again = await reopen();
    const file = onlyFile(folder);
    const bytes = readFileSync(file);
    bytes[60]! ^= 1;
    writeFileSync(file, bytes);
    await expect(again.lastSequence('p/a')).rejects.toThrow(/damaged at byte 0/);
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('ignores what never was a record', async () => {
    const { folder, log, reopen } = opened();
    const whole = await log.append('p/a', entry(2));
    const again = await reopen();
    appendFileSync(onlyFile(folder), Buffer.alloc(100, 7));
    expect(plain(await all(again, 'p/a', 0n))).toEqual(plain([whole]));
  });
});

function onlyFile(folder: string): string {
  const source = readdirSync(folder).find((name) => name !== 'epoch')!;
  const [segment] = readdirSync(join(folder, source));
  return join(folder, source, segment!);
}
