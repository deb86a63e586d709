import { describe, expect, it } from 'vitest';
import { LineProtocol } from './line-protocol.js';

/** Echoes each line; dies of `"die"` and never answers `"sleep"`. */
const ECHO = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { say } = JSON.parse(line);
  if (say === 'die') { console.error('dead'); process.exit(3); }
  if (say !== 'sleep') console.log(line);
});`;

describe('the line protocol', () => {
  const open = (deadlineMs: number): LineProtocol =>
    new LineProtocol({ name: 'echo', command: [process.execPath, ['-e', ECHO]], deadlineMs });

  it('answers in order, and after the program died', async () => {
    const echo = open(30_000);
    const asked = ['a', 'die', 'b'].map((say) => echo.ask({ say }).catch((error: Error) => error.message));
    expect(await Promise.all(asked)).toEqual([
      { say: 'a' },
      'echo ended without an answer: dead\n',
      { say: 'b' },
    ]);
    await echo.close();
  });

  it('ends a program that takes too long', async () => {
    const echo = open(500);
    await expect(echo.ask({ say: 'sleep' })).rejects.toThrow('without an answer');
    await echo.close();
  });
});
