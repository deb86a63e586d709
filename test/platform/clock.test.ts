import { describe, expect, it, vi } from 'vitest';
import { ManualClock, SystemClock } from '../../src/platform/clock.js';

describe('the system clock', () => {
  it('has microseconds and does not step back', () => {
    const clock = new SystemClock();
    const read = Array.from({ length: 5_000 }, () => clock.nowUs());
    expect(read.every((us, i) => i === 0 || us >= read[i - 1]!)).toBe(true);
    expect(read.some((us) => us % 1_000n !== 0n)).toBe(true);
  });

  it('stays within 5 ms of the system time, and follows it where it is set', () => {
    const clock = new SystemClock();
    const driftUs = () => Number(clock.nowUs() - BigInt(Date.now()) * 1_000n);
    expect(Math.abs(driftUs())).toBeLessThan(5_000);
    const later = Date.now() + 3_600_000;
    const set = vi.spyOn(Date, 'now').mockReturnValue(later);
    expect(clock.nowUs()).toBe(BigInt(later) * 1_000n);
    set.mockRestore();
    expect(Math.abs(driftUs())).toBeLessThan(5_000);
  });
});

describe('a clock set by hand', () => {
  it('moves when it is told', () => {
    const clock = new ManualClock(5n);
    clock.advance(2n);
    expect(clock.nowUs()).toBe(7n);
    clock.set(1n);
    expect(clock.nowUs()).toBe(1n);
  });
});
