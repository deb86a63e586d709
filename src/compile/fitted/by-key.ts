import { type Column, nullColumn } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import type { Accumulator } from './accumulator.js';
import { compareCodePoints } from './code-points.js';
import { numbersOf } from './column-numbers.js';
import { isValid } from './encoder.js';
import type { Option } from './preprocessing.js';
import type { FittedState, KeyedState, Unseen } from './state.js';

/** The statistics of a function for every key, and over all rows, as `OVER (PARTITION BY key)` has them. */
export class KeyedAccumulator implements Accumulator {
  private readonly all: Accumulator;
  private readonly byKey = new Map<string, Accumulator>();

  constructor(
    private readonly learn: () => Accumulator,
    private readonly unseen: Unseen,
  ) {
    this.all = learn();
  }

  /** Adds a chunk of numbers and of keys, one a row. Throws TRAINING_FAILED for more than {@link MOST_KEYS} keys. */
  add(argument: Column, by?: Column): void {
    this.all.add(argument);
    const isKnown = (row: number): boolean => isValid(argument, row);
    for (const [key, rows] of rowsByKey(by!, isKnown)) {
      if (key !== null) this.accumulatorOf(key).add(rowsOf(argument, rows));
    }
  }

  merge(other: KeyedAccumulator): void {
    this.all.merge(other.all);
    for (const [key, accumulator] of other.byKey) this.accumulatorOf(key).merge(accumulator);
  }

  state(): FittedState {
    const state = this.all.state();
    const keys = [...this.byKey]
      .sort(([a], [b]) => compareCodePoints(a, b))
      .map(([key, accumulator]) => ({ key, ...statisticsOf(accumulator.state() as KeyedState) }));
    return { ...state, unseen: this.unseen, keys } as KeyedState;
  }

  private accumulatorOf(key: string): Accumulator {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    if (this.byKey.size === MOST_KEYS) throw tooManyKeys(this.all.state().function);
    const made = this.learn();
    this.byKey.set(key, made);
    return made;
  }
}

/** All of them are read with the model version, and some hundred bytes each are held in fitting. */
const MOST_KEYS = 100_000;

function tooManyKeys(name: string): PlumblineError {
  return new PlumblineError(
    'TRAINING_FAILED',
    `${name} OVER (PARTITION BY …) has more than ${MOST_KEYS} keys in the training split; partition by something coarser, HASH_BUCKETIZE of the key for instance`,
    { function: name, limit: MOST_KEYS },
  );
}

/** What a column of keys gives for the numbers beside it, by the statistics of each row's key. */
export function appliedByKey(
  state: KeyedState,
  apply: (state: KeyedState) => (argument: Column) => Column,
): (argument: Column, by: Column) => Column {
  const appliers = new Map<string | null, (argument: Column) => Column>([
    [null, UNSEEN_COLUMNS[state.unseen ?? 'null'](() => apply(state))],
  ]);
  const states = new Map(
    (state.keys ?? []).map(({ key, ...own }) => [key, { ...state, ...own } as KeyedState]),
  );
  const applierOf = (key: string | null): ((argument: Column) => Column) => {
    const known = appliers.get(key);
    if (known !== undefined) return known;
    const made = apply(states.get(key!)!);
    appliers.set(key, made);
    return made;
  };
  return (argument, by) => {
    const values = new Float64Array(argument.values.length);
    const valid = new Uint8Array(values.length);
    for (const [key, rows] of rowsByKey(by, () => true, states)) {
      const part = applierOf(key)(rowsOf(argument, rows));
      const numbers = part.values as Float64Array;
      for (const [at, row] of rows.entries()) {
        values[row] = numbers[at]!;
        valid[row] = Number(isValid(part, at));
      }
    }
    return { type: 'FLOAT64', values, valid: valid.includes(0) ? valid : null };
  };
}

/** What a row gives whose key is NULL, or none of the training split's with a value. */
const UNSEEN_COLUMNS: Record<
  Unseen,
  (all: () => (argument: Column) => Column) => (argument: Column) => Column
> = {
  null:
    () =>
    ({ values }) =>
      nullColumn('FLOAT64', values.length),
  global: (all) => all(),
  unchanged: () => (argument) => argument,
};

/** The option of functions that take a key. */
export const UNSEEN: Option = {
  name: 'unseen',
  parameter: 'unseen',
  positional: false,
  takes: { kind: 'choice', values: ['null', 'global', 'unchanged'] },
  default: 'null',
  about:
    'with PARTITION BY, what a row gives whose key is NULL or had no value in training: NULL; `global` by the statistics of all rows; `unchanged` x itself, as TFX Transform does',
};

/** The rows of each key; `null` stands for NULL and for what is not among the `known` ones. */
function rowsByKey(
  by: Column,
  takes: (row: number) => boolean,
  known?: ReadonlyMap<string, unknown>,
): ReadonlyMap<string | null, number[]> {
  const keys = by.values as readonly string[];
  const groups = new Map<string | null, number[]>();
  for (let row = 0; row < keys.length; row++) {
    if (!takes(row)) continue;
    const key = isValid(by, row) && known?.has(keys[row]!) !== false ? keys[row]! : null;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** Some rows of a column of numbers. */
function rowsOf(argument: Column, rows: readonly number[]): Column {
  const numbers = numbersOf(argument);
  const values = Float64Array.from(rows, (row) => numbers[row]!);
  const { valid } = argument;
  return {
    type: 'FLOAT64',
    values,
    valid: valid === null ? null : Uint8Array.from(rows, (row) => valid[row]!),
  };
}

/** What differs from key to key. */
function statisticsOf(state: KeyedState) {
  switch (state.function) {
    case 'STANDARD_SCALER':
      return { count: state.count, mean: state.mean, standardDeviation: state.standardDeviation };
    case 'MIN_MAX_SCALER':
      return { count: state.count, min: state.min, max: state.max };
    case 'MAX_ABS_SCALER':
      return { count: state.count, maxAbs: state.maxAbs };
  }
}
