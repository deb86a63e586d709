import { describe, expect, it } from 'vitest';
import { PlumblineError } from '../definition/error.js';
import { LatestVersions } from './latest-versions.js';

describe('LatestVersions', () => {
  const setUp = () => {
    const state = { nowMs: 0, recorded: 0, reads: 0 };
    const read = async (): Promise<number> => {
      state.reads++;
      if (state.recorded === 0) throw new PlumblineError('NOT_FOUND', 'never trained');
      return state.recorded;
    };
    return { state, latest: new LatestVersions(read, () => state.nowMs) };
  };

  it('asks the registry once a second', async () => {
    const { state, latest } = setUp();
    state.recorded = 3;
    expect(await latest.of('p', 'm')).toBe(3);
    state.recorded = 4;
    state.nowMs = 999;
    expect(await latest.of('p', 'm')).toBe(3);
    state.nowMs = 1000;
    expect(await latest.of('p', 'm')).toBe(4);
    expect(state.reads).toBe(2);
  });

  it('knows a version of this process at once', async () => {
    const { state, latest } = setUp();
    state.recorded = 1;
    await latest.of('p', 'm');
    latest.announce('p', 'm', 2);
    expect(await latest.of('p', 'm')).toBe(2);
    latest.announce('p', 'm', 1);
    expect(await latest.of('p', 'm')).toBe(2);
  });

  it('remembers no absence', async () => {
    const { state, latest } = setUp();
    await expect(latest.of('p', 'm')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    state.recorded = 1;
    expect(await latest.of('p', 'm')).toBe(1);
  });
});
