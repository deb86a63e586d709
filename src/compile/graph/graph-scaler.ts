import type {
  MaxAbsScalerState,
  MinMaxScalerState,
  RobustScalerState,
  StandardScalerState,
} from '../fitted/state.js';
import { requireBelowFloat32Max, requireFloat32 } from './float32.js';
import type { GraphValues } from './graph-value.js';

type ScalerState = StandardScalerState | MinMaxScalerState | MaxAbsScalerState | RobustScalerState;

/** The value of a scaler, of a number. NULL stays NULL. Throws ExportRefusal where float32 does not hold what it learnt. */
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
  const place = unbounded(x, { center: min, scale: max - min }, values);
  return clamp ? values.between(place, values.zero, values.one) : values.bounded(place);
}

type Scaling = { readonly center: number; readonly scale: number };

/** What leaves float32 is the largest, as in a model input; a FLOAT64 would hold most of it. */
function scaled(x: string, scaling: Scaling, values: GraphValues): string {
  return values.bounded(unbounded(x, scaling, values));
}

/** Infinite beyond float32. */
function unbounded(x: string, { center, scale }: Scaling, values: GraphValues): string {
  const { builder } = values;
  const divisor = builder.number(requireFloat32(scale, 'the scale'));
  const subtrahend = builder.number(requireBelowFloat32Max(center, 'the centre'));
  const centred = center === 0 ? x : values.float('Sub', x, subtrahend);
  return values.float('RealDiv', centred, divisor);
}

function zeroOf(x: string, values: GraphValues): string {
  return values.unlessMissing(values.zero, [x]);
}
