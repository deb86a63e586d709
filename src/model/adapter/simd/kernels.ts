import {
  add,
  addVectors,
  and,
  type Code,
  constant,
  get,
  increase,
  isGreater,
  load,
  maximum,
  moduleOf,
  multiply,
  multiplyVectors,
  repeat,
  set,
  splat,
  store,
  type WasmFunction,
  whileFits,
  ZEROS,
} from './code.js';

/**
 * Dense arithmetic on float32 in WebAssembly's 128-bit vectors. Addresses and distances are in bytes. Every sum is taken in
 * one order, a rounded product added at a time, so results have the same bits on every machine.
 */
export type Kernels = {
  /**
   * c[i, j] = start[i, j] + Σ over t of x[t, i] · y[t, j], for i below `rows`, j below `columns` (a multiple of 4) and t
   * below `terms` (at least 1). A matrix has an address and the distances of its two indices; those of y, start and c by j
   * are 4.
   */
  readonly multiply: (
    ...of: [
      x: number,
      xByTerm: number,
      xByRow: number,
      y: number,
      yByTerm: number,
      start: number,
      startByRow: number,
      c: number,
      cByRow: number,
      rows: number,
      columns: number,
      terms: number,
    ]
  ) => void;
  /** max(0, ·) in place, from an address up to an end, a multiple of 16 bytes. */
  readonly relu: (from: number, to: number) => void;
  /** Zeros slopes in place, from an address up to an end, where the output at the same distance is not above 0. */
  readonly reluSlopes: (slopes: number, to: number, outputs: number) => void;
};

/** The kernels over a memory. */
export async function loadKernels(memory: WebAssembly.Memory): Promise<Kernels> {
  const module = await WebAssembly.compile(moduleOf([multiplyFunction(), RELU, RELU_SLOPES]));
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  // The module is made above: its exports are these.
  return instance.exports as unknown as Kernels;
}

/** Rows and vectors of four columns that one block sums at once: sixteen registers hold its sums, a row's and y's numbers. */
const BLOCK_ROWS = 4;
const BLOCK_VECTORS = 2;

const [X, X_TERM, X_ROW, Y, Y_TERM, START, START_ROW, C, C_ROW, ROWS, COLUMNS, TERMS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
] as const;
const [I, J, T, PY, PX] = [12, 13, 14, 15, 16] as const;
const SUMS = PX + BLOCK_ROWS;
const LINES = SUMS + BLOCK_ROWS * BLOCK_VECTORS;

function multiplyFunction(): WasmFunction {
  const rowsOf = (rows: number): Code =>
    whileFits(I, { ahead: rows, end: ROWS }, [
      ...set(J, constant(0)),
      ...whileFits(J, { ahead: 4 * BLOCK_VECTORS, end: COLUMNS }, block(rows, BLOCK_VECTORS)),
      ...whileFits(J, { ahead: 4, end: COLUMNS }, block(rows, 1)),
      ...increase(I, constant(rows)),
    ]);
  return {
    name: 'multiply',
    parameters: TERMS + 1,
    integers: SUMS - I,
    vectors: BLOCK_ROWS * BLOCK_VECTORS + BLOCK_VECTORS,
    body: [...rowsOf(BLOCK_ROWS), ...rowsOf(1)],
  };
}

/** Sums `rows` rows by `vectors` · 4 columns from (i, j) on, and moves j on. */
function block(rows: number, vectors: number): Code {
  const rowPlaces = [...Array(rows).keys()];
  const lines = [...Array(vectors).keys()];
  const sum = (row: number, line: number): number => SUMS + row * BLOCK_VECTORS + line;
  const cell = (address: number, byRow: number, row: number): Code =>
    add(add(get(address), multiply(add(get(I), constant(row)), get(byRow))), multiply(get(J), constant(4)));
  const each = (make: (row: number, line: number) => Code): Code =>
    rowPlaces.flatMap((row) => lines.flatMap((line) => [...make(row, line)]));
  const term = [
    ...lines.flatMap((line) => [...set(LINES + line, load(get(PY), 16 * line))]),
    ...rowPlaces.flatMap((row) =>
      lines.flatMap((line) => {
        const product = multiplyVectors(splat(get(PX + row)), get(LINES + line));
        return [...set(sum(row, line), addVectors(get(sum(row, line)), product))];
      }),
    ),
    ...rowPlaces.flatMap((row) => [...increase(PX + row, get(X_TERM))]),
    ...increase(PY, get(Y_TERM)),
  ];
  return [
    ...each((row, line) => set(sum(row, line), load(cell(START, START_ROW, row), 16 * line))),
    ...rowPlaces.flatMap((row) => [
      ...set(PX + row, add(get(X), multiply(add(get(I), constant(row)), get(X_ROW)))),
    ]),
    ...set(PY, add(get(Y), multiply(get(J), constant(4)))),
    ...set(T, get(TERMS)),
    ...repeat(T, term),
    ...each((row, line) => store(cell(C, C_ROW, row), get(sum(row, line)), 16 * line)),
    ...increase(J, constant(4 * vectors)),
  ];
}

const RELU: WasmFunction = {
  name: 'relu',
  parameters: 2,
  integers: 0,
  vectors: 0,
  body: whileFits(0, { ahead: 16, end: 1 }, [
    ...store(get(0), maximum(load(get(0)), ZEROS)),
    ...increase(0, constant(16)),
  ]),
};

const RELU_SLOPES: WasmFunction = {
  name: 'reluSlopes',
  parameters: 3,
  integers: 0,
  vectors: 0,
  body: whileFits(0, { ahead: 16, end: 1 }, [
    ...store(get(0), and(load(get(0)), isGreater(load(get(2)), ZEROS))),
    ...increase(0, constant(16)),
    ...increase(2, constant(16)),
  ]),
};
