import type {
  MaxAbsScalerState,
  MinMaxScalerState,
  RobustScalerState,
  StandardScalerState,
} from '../fitted/state.js';
import type { GraphValues } from './graph-value.js';

type ScalerState = StandardScalerState | MinMaxScalerState | MaxAbsScalerState | RobustScalerState;

/** The value of a scaler, of a number. NULL stays NULL, and is what would not be finite. */
export function scaledValue(state: ScalerState, x: string, values: GraphValues): string {
  if (state.function === 'MIN_MAX_SCALER') return minMaxScaled(state, x, values);
  const scaling = scalingOf(state);
  return scaling === null ? zeroOf(x, values) : scaled(x, scaling, values);
}

/** Null where every number becomes 0. */
function scalingOf(state: Exclude<ScalerState, MinMaxScalerState>): Scaling | null {
  switch (state.function) {
    case 'STANDARD_SCALER':
      return standardScaling(state);
    case 'MAX_ABS_SCALER':
      return nonZero({ center: 0, scale: state.maxAbs ?? 0 });
    case 'ROBUST_SCALER': {
      const { median, lower, upper, withMedian, withQuantileRange } = state;
      if (median === null) return null;
      const scale = withQuantileRange ? (upper ?? 0) - (lower ?? 0) : 1;
      return nonZero({ center: withMedian ? median : 0, scale });
    }
  }
}

function standardScaling({ mean, standardDeviation, constant }: StandardScalerState): Scaling | null {
  if (mean === null) return null;
  const scaling = nonZero({ center: mean, scale: standardDeviation ?? 0 });
  return scaling === null && constant === 'difference' ? { center: mean, scale: 1 } : scaling;
}

function nonZero(scaling: Scaling): Scaling | null {
  return scaling.scale === 0 ? null : scaling;
}

function minMaxScaled(
  { min, max, clamp, constant }: MinMaxScalerState,
  x: string,
  values: GraphValues,
): string {
  if (min === null || max === null) return zeroOf(x, values);
  if (min === max) return constant === undefined ? zeroOf(x, values) : values.float('Sigmoid', x);
  const place = scaled(x, { center: min, scale: max - min }, values);
  if (!clamp) return place;
  const below = values.compare('Less', place, values.zero);
  const above = values.compare('Greater', place, values.one);
  return values.choose(below, values.zero, values.choose(above, values.one, place));
}

type Scaling = { readonly center: number; readonly scale: number };

function scaled(x: string, { center, scale }: Scaling, values: GraphValues): string {
  const { builder } = values;
  const centred = center === 0 ? x : values.float('Sub', x, builder.number(center));
  return values.finite(values.float('RealDiv', centred, builder.number(scale)));
}

function zeroOf(x: string, values: GraphValues): string {
  return values.unlessMissing(values.zero, [x]);
}
