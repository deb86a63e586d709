import { describe, expect, it } from 'vitest';
import { TfjsRuntime } from './tfjs.js';

describe('a tfjs backend', () => {
  it.each(['wasm', 'cpu'] as const)('is %s when that is chosen, and says so', async (backend) => {
    expect(await new TfjsRuntime(backend).describe()).toMatchObject({ backend });
  });

  it.each(['gpu', 'native'] as const)(
    'is refused when %s is not installed, with the remedy',
    async (backend) => {
      await expect(new TfjsRuntime(backend).describe()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('scripts/build-tfjs-node.js'),
      });
    },
  );

  it('is the best that there is when it is left open', async () => {
    expect(await new TfjsRuntime('auto').describe()).toMatchObject({ backend: 'wasm' });
  });
});
