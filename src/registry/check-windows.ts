import type { FeatureSetDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';

/** A set is of aggregates over windows or of newest rows, and its features have the members of their own kind (ADR 11). */
export function checkWindows(document: FeatureSetDocument): readonly Problem[] {
  const found: Readonly<Record<string, unknown>> = document;
  const features: readonly Features[] = document.features;
  const isWindowed = features.some((feature) => feature['aggregate'] !== undefined);
  if (!isWindowed) return features.flatMap(withoutAggregate);
  if (found['source'] === undefined) return features.flatMap(overInputs);
  const maxAge = found['maxAge'] === undefined ? [] : [{ path: '/maxAge', message: NO_MAX_AGE }];
  return [...maxAge, ...features.flatMap(withAggregate)];
}

type Features = Readonly<Record<string, unknown>>;

const NO_MAX_AGE =
  'has no meaning here: aggregates do not expire, they see what is in their window; leave it out';

/** Members of a feature that say something about an aggregate alone. */
const WINDOW_MEMBERS = [
  'window',
  'windows',
  'hop',
  'offset',
  'direction',
  'maturity',
  'filter',
  'max',
  'by',
  'maxCategories',
] as const;

function withoutAggregate(feature: Features, index: number): readonly Problem[] {
  return WINDOW_MEMBERS.filter((member) => feature[member] !== undefined).map((member) => ({
    path: `/features/${index}/${member}`,
    message: 'has no meaning without "aggregate"; add one, such as "AVG(x)", or leave it out',
  }));
}

function withAggregate(feature: Features, index: number): readonly Problem[] {
  const path = `/features/${index}`;
  if (feature['aggregate'] === undefined) {
    const message = `"${String(feature['name'])}" is of the newest row, beside aggregates over windows; put it into a feature set of its own (a feature service puts both side by side)`;
    return [{ path, message }];
  }
  return (['column', 'expression'] as const)
    .filter((member) => feature[member] !== undefined)
    .map((member) => ({
      path: `${path}/${member}`,
      message: 'stands beside "aggregate"; keep one: the aggregate may be over an expression, AVG(a + b)',
    }));
}

function overInputs(feature: Features, index: number): readonly Problem[] {
  if (feature['aggregate'] === undefined) return [];
  const message =
    'aggregates rows, and a set with "inputs" has none; put it into a feature set over the source, and read that here';
  return [{ path: `/features/${index}/aggregate`, message }];
}
