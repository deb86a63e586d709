import { describe, expect, it } from 'vitest';
import { naiveScores, naiveSlopes } from '../../../test/support/network-oracle.js';
import { NETWORKS, networkVectors } from '../../../test/support/networks.js';
import type { Architecture } from '../architecture.js';
import { networkInputs } from '../network-inputs.js';
import { firstValues, parametersOf } from '../parameters.js';
import type { NetworkEngine } from '../train-network.js';

/** What every {@link NetworkEngine} must do. */
export function testNetworkEngine(
  name: string,
  make: (architecture: Architecture) => Promise<NetworkEngine>,
  carries: (architecture: Architecture) => boolean = () => true,
): void {
  describe(`${name}: a network engine`, () => {
    it.each(NETWORKS.filter(([, architecture]) => carries(architecture)))(
      'scores and learns from %s as loops in doubles do',
      async (_, architecture) => {
        const engine = await make(architecture);
        const parameters = parametersOf(architecture);
        const values = firstValues(parameters, 3).map((value, at) => value + Math.sin(at) / 4);
        for (const rows of [1, 2, 13, 64]) {
          const inputs = networkInputs(architecture, networkVectors(rows, architecture.width));
          const scores = engine.forward(values, inputs).slice();
          closeTo(scores, naiveScores(architecture, values, inputs));
          const errors = Float32Array.from(scores, (score, at) => Math.sin(score + at));
          closeTo(engine.backward(errors), naiveSlopes(architecture, values, { inputs, errors }));
        }
        engine.close();
      },
    );

    it('gives the same bits again, and the same row alone as among others', async () => {
      const [, architecture] = NETWORKS[2]!;
      const engine = await make(architecture);
      const values = firstValues(parametersOf(architecture), 1);
      const vectors = networkVectors(70, architecture.width);
      const scores = engine.forward(values, networkInputs(architecture, vectors)).slice();
      const errors = Float32Array.from(scores, Math.cos);
      const slopes = engine.backward(errors).slice();
      expect(engine.forward(values, networkInputs(architecture, vectors))).toEqual(scores);
      expect(engine.backward(errors)).toEqual(slopes);
      for (let row = 0; row < vectors.rows; row++) {
        const alone = { ...vectors, rows: 1, values: vectors.values.slice(row * 3, row * 3 + 3) };
        expect(engine.forward(values, networkInputs(architecture, alone))[0]).toBe(scores[row]);
      }
      engine.close();
    });
  });
}

function closeTo(found: Float32Array, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  const largest = Math.max(1, ...expected.map(Math.abs));
  const worst = expected.reduce((most, each, at) => Math.max(most, Math.abs(each - found[at]!)), 0);
  expect(worst / largest).toBeLessThan(2e-5);
}
