import { ExactMoments } from '../compile/exact-moments.js';
import type { LabelScaler } from '../definition/document.js';
import type { RegressionState } from '../model/postprocess.js';

/**
 * Learns how labels are scaled, whatever their order: (label − center) / spread. Mean and deviation of the sample are those of
 * exact sums (S22), as of a feature. Constant labels have spread 1. Quantiles are order statistics, the ⌈p · n⌉th of n, as
 * BigQuery ML's ROBUST_SCALER has them.
 */
export function fitLabelScale(
  scaler: LabelScaler,
  labels: Float64Array,
): NonNullable<RegressionState['scale']> {
  const { center, spread } = FITS[scaler](labels);
  return { function: scaler, center, spread: spread > 0 && Number.isFinite(spread) ? spread : 1 };
}

type Fit = (labels: Float64Array) => { readonly center: number; readonly spread: number };

const FITS: Record<LabelScaler, Fit> = {
  STANDARD_SCALER: (labels) => {
    const moments = new ExactMoments();
    moments.addColumn(labels, null);
    return { center: moments.mean() ?? 0, spread: moments.sampleDeviation() ?? 1 };
  },
  MIN_MAX_SCALER: (labels) => {
    const [least, most] = [labels.reduce((a, b) => Math.min(a, b)), labels.reduce((a, b) => Math.max(a, b))];
    return { center: least, spread: most - least };
  },
  MAX_ABS_SCALER: (labels) => ({
    center: 0,
    spread: labels.reduce((most, label) => Math.max(most, Math.abs(label)), 0),
  }),
  ROBUST_SCALER: (labels) => {
    const sorted = labels.slice().sort();
    const quantile = (percent: number): number => sorted[Math.ceil((percent * sorted.length) / 100) - 1]!;
    return { center: quantile(50), spread: quantile(75) - quantile(25) };
  },
};
