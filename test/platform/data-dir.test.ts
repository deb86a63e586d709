import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataDir } from '../../src/platform/data-dir.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Start time of a process as proc(5) tells it, read here in another way than the code does. */
function startTicks(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19]!;
}

const HAS_PROC = existsSync('/proc/self/stat');

describe.runIf(HAS_PROC)('the lock of a data folder', () => {
  const cases: readonly [string, string, boolean][] = [
    ['a living process', `${process.ppid} ${HAS_PROC ? startTicks(process.ppid) : ''}`, true],
    ['a process that ended, its id taken by another', `${process.ppid} 1`, false],
    ['a process that ended', '2147480000 1', false],
    ['nobody: the file was not written to its end', '', false],
  ];

  it.each(cases)('left by %s', (_, content, held) => {
    const folder = temporaryFolder('lock');
    writeFileSync(join(folder, 'plumbline.lock'), content);
    if (held) {
      expect(() => openDataDir(folder)).toThrowError(/another process works in/);
      return;
    }
    openDataDir(folder).release();
    expect(existsSync(join(folder, 'plumbline.lock'))).toBe(false);
  });
});
