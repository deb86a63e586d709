import type { WindowedFeatureSet } from './windowed-feature-set.js';

/**
 * Whether a feature set is of labels, whose windows look forward from T: no answer as of T could know them, so they belong to
 * training alone.
 */
export function isLabelSet(set: WindowedFeatureSet | { readonly kind: 'stored' | 'chained' }): boolean {
  return set.kind === 'windowed' && set.features.some(({ completeAfterUs }) => completeAfterUs !== null);
}
