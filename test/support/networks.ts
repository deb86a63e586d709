import type { Architecture } from '../../src/model/architecture.js';

const PLAIN: Architecture = {
  task: 'binary',
  width: 3,
  outputs: 1,
  deep: { numbers: [0, 1, 2], embeddings: [] },
  hiddenLayers: [],
  activation: 'relu',
  wide: null,
};

/** Networks of every part there is, over vectors of up to six numbers; slots 4 and 5 hold indices below 5 and 3. */
export const NETWORKS: readonly (readonly [string, Architecture])[] = [
  ['a linear model', PLAIN],
  ['several classes', { ...PLAIN, task: 'multiClass', outputs: 4 }],
  ['relu layers', { ...PLAIN, hiddenLayers: [7, 5] }],
  ['a layer of tanh', { ...PLAIN, task: 'regression', hiddenLayers: [6], activation: 'tanh' }],
  [
    'layers of sigmoid and classes',
    { ...PLAIN, task: 'multiClass', outputs: 3, hiddenLayers: [5, 4], activation: 'sigmoid' },
  ],
  [
    'embeddings and a wide part',
    {
      ...PLAIN,
      width: 6,
      deep: { numbers: [0, 2], embeddings: [{ output: 'city', slot: 4, size: 5, dimension: 3 }] },
      hiddenLayers: [6, 3],
      wide: { numbers: [1, 3], indices: [{ slot: 5, size: 3 }] },
    },
  ],
  [
    'embeddings alone',
    {
      ...PLAIN,
      width: 6,
      outputs: 2,
      deep: {
        numbers: [],
        embeddings: [
          { output: 'city', slot: 4, size: 5, dimension: 2 },
          { output: 'kind', slot: 5, size: 3, dimension: 4 },
        ],
      },
      hiddenLayers: [4],
      wide: null,
    },
  ],
];

/** Vectors of the networks: waves in the numbers, every index in turn. */
export function networkVectors(
  rows: number,
  width: number,
): { rows: number; width: number; values: Float32Array } {
  const values = Float32Array.from({ length: rows * width }, (_, at) => {
    const [row, slot] = [Math.floor(at / width), at % width];
    if (slot === 4) return row % 5;
    return slot === 5 ? row % 3 : Math.sin(at * 12.9898 + 0.3);
  });
  return { rows, width, values };
}
