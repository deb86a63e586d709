import type {
  AggregateName,
  AggregateParameters,
} from '../../../src/compile/aggregate/aggregate-function.js';
import { parseDuration } from '../../../src/definition/duration.js';
import type { Value } from '../../../src/definition/value.js';
import { type OracleFeature, type OracleRow, windowValue } from '../../support/windows-oracle.js';
import { type ColumnType, jsonText, type Scalar } from '../rows/row-text.js';
import { ARGUMENTS, CATEGORIES, type CategoryName, FILTERS, type FilterName } from './readings.js';

/** A windowed feature over readings: what it is called in a definition, and what the oracle makes of it. */
export type WindowSpec = {
  readonly name: string;
  readonly aggregate: AggregateName;
  /** null is COUNT(*). */
  readonly of: keyof typeof ARGUMENTS | null;
  /** n of LAST_N, k of TOP_K, q of APPROX_QUANTILE. */
  readonly number?: number;
  readonly window: string;
  readonly hop?: string;
  readonly offset?: string;
  readonly filter?: FilterName;
  readonly max?: number;
  readonly by?: CategoryName;
  readonly maxCategories?: number;
};

/** It as a feature of a document. */
export function specDocument(spec: WindowSpec): Readonly<Record<string, unknown>> {
  const { aggregate, of, number, filter, by, ...rest } = spec;
  const inCall = [of === null ? '*' : ARGUMENTS[of].text, ...(number === undefined ? [] : [number])];
  return {
    ...rest,
    aggregate: `${aggregate}(${inCall.join(', ')})`,
    ...(filter !== undefined && { filter: FILTERS[filter].text }),
    ...(by !== undefined && { by: CATEGORIES[by].text }),
  };
}

/** The features that it makes, each with its value of rows as JSON has it. */
export function specFeatures(spec: WindowSpec): readonly SpecFeature[] {
  const { by, name, maxCategories } = spec;
  const plain = oracleOf(spec);
  const type = typeOf(spec);
  if (by === undefined) return [featureOf(name, plain, type)];
  const { of, type: categoryType } = CATEGORIES[by];
  return (['keys', 'values'] as const).map((shows) => {
    const categories = { of, shows, max: maxCategories ?? DEFAULT_MAX_CATEGORIES };
    return featureOf(
      `${name}_${shows}`,
      { ...plain, by: categories },
      shows === 'keys' ? categoryType : type,
    );
  });
}

export type SpecFeature = {
  readonly name: string;
  /** Of the rows of one key that count, as of T, parsed JSON. */
  readonly value: (rows: readonly OracleRow[], tUs: bigint) => unknown;
  readonly window: Pick<OracleFeature, 'sizeUs' | 'hopUs' | 'offsetUs'>;
};

const DEFAULT_MAX_CATEGORIES = 100;

function featureOf(name: string, feature: OracleFeature, type: ColumnType): SpecFeature {
  const value = (rows: readonly OracleRow[], tUs: bigint): unknown =>
    jsonOf(type, windowValue(feature, rows, tUs));
  return { name, value, window: feature };
}

function oracleOf({ aggregate, of, number, window, hop, offset, filter, max }: WindowSpec): OracleFeature {
  const sizeUs = window === 'lifetime' ? null : parseDuration(window, '');
  const hopUs = hop === undefined ? defaultHopUs(sizeUs) : parseDuration(hop, '');
  const isExact = hopUs === 1n;
  return {
    ...{ aggregate, sizeUs, hopUs },
    argument: of === null ? null : ARGUMENTS[of],
    parameters: parametersOf(aggregate, number, isExact ? null : { max }),
    offsetUs: offset === undefined ? 0n : parseDuration(offset, ''),
    passes: filter === undefined ? null : FILTERS[filter].passes,
    maxRows: isExact ? max! : null,
    by: null,
  };
}

/** S20's table. */
function defaultHopUs(sizeUs: bigint | null): bigint {
  const [second, minute, hour] = [1_000_000n, 60_000_000n, 3_600_000_000n];
  if (sizeUs === null) return 24n * hour;
  if (sizeUs <= 10n * minute) return second;
  if (sizeUs <= hour) return minute;
  if (sizeUs <= 12n * hour) return 5n * minute;
  return sizeUs <= 12n * 24n * hour ? hour : 24n * hour;
}

/** Bounds of aggregates as the documentation has them: unless one is given, and in exact windows, which have one of their own. */
const BOUNDS = {
  COUNT_DISTINCT: { default: 1_000, greatest: 100_000 },
  TOP_K: { default: 100, greatest: 10_000 },
  APPROX_QUANTILE: { default: 500, greatest: 10_000 },
} as const;

/** `tiled` is null in exact windows. */
function parametersOf(
  aggregate: AggregateName,
  number: number | undefined,
  tiled: { readonly max: number | undefined } | null,
): AggregateParameters {
  const boundOf = (name: keyof typeof BOUNDS): number =>
    tiled === null ? BOUNDS[name].greatest : (tiled.max ?? BOUNDS[name].default);
  switch (aggregate) {
    case 'LAST_N':
      return { n: number! };
    case 'COUNT_DISTINCT':
      return { max: boundOf(aggregate) };
    case 'TOP_K':
      return { k: number!, max: boundOf(aggregate) };
    case 'APPROX_QUANTILE':
      return { q: number!, max: boundOf(aggregate) };
    default:
      return {};
  }
}

function typeOf({ aggregate, of }: WindowSpec): ColumnType {
  switch (aggregate) {
    case 'COUNT':
    case 'COUNT_DISTINCT':
    case 'APPROX_COUNT_DISTINCT':
      return 'INT64';
    case 'AVG':
    case 'VAR_POP':
    case 'VAR_SAMP':
    case 'STDDEV_POP':
    case 'STDDEV_SAMP':
    case 'APPROX_QUANTILE':
      return 'FLOAT64';
    default:
      return ARGUMENTS[of!].type as ColumnType;
  }
}

function jsonOf(type: ColumnType, value: Value): unknown {
  if (Array.isArray(value)) return value.map((each) => jsonOf(type, each));
  return JSON.parse(jsonText(type, value as Scalar)) as unknown;
}
