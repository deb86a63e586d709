import type { CompiledFeatureService } from '../../compile/feature-service.js';
import type {
  LatestEntry,
  ServiceFeature,
  WindowedEntry,
  WindowedServiceFeature,
} from '../../compile/service-reads.js';
import { namesIn } from '../../definition/expression.js';
import { type Span, spanOf } from '../../definition/window.js';

/** A feature that is read from rows, with its entry. */
export type ReadFeature =
  | { readonly kind: 'latest'; readonly entry: LatestEntry; readonly feature: ServiceFeature }
  | { readonly kind: 'windowed'; readonly entry: WindowedEntry; readonly feature: WindowedServiceFeature };

/** The features read from rows that an output rests on: itself, or what its expression sees, directly or through others; each once. */
export function restsOn(service: CompiledFeatureService, output: string): readonly ReadFeature[] {
  const found = new Map<string, ReadFeature>();
  const waiting = [output];
  const seen = new Set<string>();
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const feature = readFeature(service, name);
    if (feature !== null) found.set(name, feature);
    const read = service.reads.find((each) => each.name === name);
    if (feature === null && read !== undefined) waiting.push(...namesIn(read.expression));
  }
  return [...found.values()];
}

/** The event times of the rows that a feature sees as of T: of a window its span, of newest values all up to T. */
export function spanOfFeature(read: ReadFeature, asOfUs: bigint): Span {
  if (read.kind === 'latest') return { afterUs: null, throughUs: asOfUs };
  return spanOf(read.feature.window, asOfUs);
}

function readFeature({ entries }: CompiledFeatureService, name: string): ReadFeature | null {
  for (const entry of entries) {
    if (entry.kind === 'latest') {
      const feature = entry.features.find(({ outputName }) => outputName === name);
      if (feature !== undefined) return { kind: 'latest', entry, feature };
    } else {
      const feature = entry.features.find(({ outputName }) => outputName === name);
      if (feature !== undefined) return { kind: 'windowed', entry, feature };
    }
  }
  return null;
}
