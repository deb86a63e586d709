import { PlumblineError } from '../definition/error.js';
import type { CompiledFeatureService, ServicePart } from './feature-service.js';
import { isLabelSet } from './label-set.js';
import { labelNames } from './service-reads.js';

/**
 * A service as it can be answered online: without its labels, and itself where it has none. Its expressions read none, so they all
 * stay. The same service gives the same object.
 */
export function withoutLabels(service: CompiledFeatureService): CompiledFeatureService {
  if (!service.entries.some(({ featureSet }) => isLabelSet(featureSet))) return service;
  const known = WITHOUT_LABELS.get(service);
  if (known !== undefined) return known;
  const made = answerable(service);
  WITHOUT_LABELS.set(service, made);
  return made;
}

const WITHOUT_LABELS = new WeakMap<CompiledFeatureService, CompiledFeatureService>();

/** Throws INVALID_REQUEST for a service with labels. */
export function requireNoLabels(service: CompiledFeatureService): void {
  const label = service.entries.find(({ featureSet }) => isLabelSet(featureSet));
  if (label === undefined) return;
  const { name, version } = label.featureSet;
  const message = `feature set "${name}" version ${version} looks forward from T, so no answer has it: it is for training sets and labels of models; name a feature service without "${label.alias}"`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: '/features' });
}

function answerable(service: CompiledFeatureService): CompiledFeatureService {
  const kept = [...service.entries.keys()].filter((i) => !isLabelSet(service.entries[i]!.featureSet));
  const placeOf = (entry: number): number => kept.indexOf(entry);
  const entries = kept.map((i) => service.entries[i]!);
  const uses = service.uses.filter(({ featureSet }) => !isLabelSet(featureSet));
  const keys = new Set(uses.flatMap(({ keyColumns }) => keyColumns));
  const labels = labelNames(service);
  return {
    ...service,
    uses,
    entries,
    reads: service.reads.map((read) => ({ ...read, entries: read.entries.map(placeOf) })),
    parts: service.parts.flatMap((part): readonly ServicePart[] => {
      if (part.kind === 'reads') return [part];
      const entry = placeOf(part.entry);
      return entry < 0 ? [] : [{ kind: 'entry', entry }];
    }),
    keyColumns: service.keyColumns.filter(({ name }) => keys.has(name)),
    outputs: service.outputs.filter(({ name }) => !labels.has(name)),
  };
}
