import { fingerprint } from '../definition/canonical.js';
import type { CompiledFeatureService } from './feature-service.js';
import { renamed } from './read-expression.js';

/**
 * What a column of a service's answer, or of what it reads on the way, is made from: two services give the same value under
 * names of the same source, for the same keys and T. It is a fingerprint; null where the service has no such column.
 */
export function sourceOfColumn(name: string, service: CompiledFeatureService): string | null {
  for (const { featureSet, features, keyColumns } of service.entries) {
    const feature = features.find(({ outputName }) => outputName === name);
    if (feature === undefined) continue;
    const { name: set, version } = featureSet;
    return fingerprint({ set, version, feature: feature.name, keyColumns });
  }
  const read = service.reads.find((each) => each.name === name);
  if (read !== undefined) {
    const { type, defaultValue } = read;
    const expression = renamed(read.expression, (inner) => sourceOfColumn(inner, service) ?? inner);
    return fingerprint({ expression, type, defaultValue });
  }
  const key = service.keyColumns.find((each) => each.name === name);
  const input = key ?? service.requestInputs.find((each) => each.name === name);
  return input === undefined ? null : fingerprint({ name, type: input.type });
}
