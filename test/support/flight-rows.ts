import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type { TrainingPlan } from '../../src/training/trainer.js';
import { flightModel } from './flight-model.js';

/** The first row's T; each next one is 1 minute later. */
export const FIRST_US = BigInt(Date.UTC(2013, 8, 30, 12)) * 1000n;
const MINUTE_US = 60_000_000n;

/** Rows from `FIRST_US` to the start of evaluation. */
export const TRAINING_ROWS = 12 * 60;

const SKIES = ['clear', 'rain', 'snow', null] as const;

/** Frame rows `from` … `to`−1 of the flight model: rain and long distances make flights late. */
export function flightRows(from: number, to: number): ColumnBatch {
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  const wave = (row: number, step: number): number => Math.sin(row * step) * 0.5 + 0.5;
  const distance = rows.map((row) => BigInt(Math.floor(wave(row, 12.9898) * 2000)));
  const sky = rows.map((row) => SKIES[Math.floor(wave(row, 78.233) * 4) % 4]!);
  const late = rows.map((row, i) => {
    const minutes = Number(distance[i]) / 100 + (sky[i] === 'rain' ? 20 : 0) + wave(row, 3.7) * 10 - 15;
    return row % 17 === 0 ? null : BigInt(Math.floor(minutes));
  });
  return {
    rowCount: rows.length,
    columns: new Map([
      [
        'as_of',
        columnOf(
          'TIMESTAMP',
          rows.map((row) => FIRST_US + BigInt(row) * MINUTE_US),
        ),
      ],
      ['distance', columnOf('INT64', distance)],
      [
        'vip',
        columnOf(
          'BOOL',
          rows.map((row) => (row % 5 === 0 ? null : row % 2 === 0)),
        ),
      ],
      [
        'weather__temp',
        columnOf(
          'FLOAT64',
          rows.map((row) => (row % 7 === 0 ? null : wave(row, 0.1) * 30)),
        ),
      ],
      ['weather__sky', columnOf('STRING', sky)],
      ['late_minutes', columnOf('INT64', late)],
    ]),
  };
}

/** A training plan of the flight model for {@link flightRows}. */
export function flightPlan(changes: Parameters<typeof flightModel>[0] = {}): TrainingPlan {
  const { transform, transformInputs, label, validateFromUs, evaluateFromUs, trainer, folds, postprocess } =
    flightModel(changes);
  const query = {
    featureService: 'flights',
    version: 1,
    time: 'as_of',
    knowledge: 'known',
    boundary: 'inclusive',
  } as const;
  const split = { validateFromUs, evaluateFromUs };
  return { transform, transformInputs, label, ...split, trainer, folds, postprocess, query };
}
