import type { CompiledFeatureService } from '../compile/feature-service.js';
import { PlumblineError } from '../definition/error.js';
import { jsonParser } from '../definition/json-value.js';
import type { LeastSequence } from './store.js';

/** By name of a source the rows that an answer must know. */
export type LeastSequences = ReadonlyMap<string, LeastSequence>;

/**
 * What a request says under `minSequence`: sequences by source of the service. Throws INVALID_REQUEST for a source that none of
 * its features come from, and for what is no sequence.
 */
export function parseLeast(
  project: string,
  service: CompiledFeatureService,
  minSequence: object,
): LeastSequences {
  const sources = new Set(service.entries.map(({ featureSet }) => featureSet.source.name));
  return new Map(
    Object.entries(minSequence).map(([name, json]): [string, LeastSequence] => {
      if (!sources.has(name)) {
        const message = `none of these features comes from a source "${name}"; they come from ${[...sources].join(', ')}`;
        throw invalid(name, message);
      }
      const parsed = INT64(json);
      if ('problem' in parsed) throw invalid(name, parsed.problem);
      if (typeof parsed.value !== 'bigint') throw invalid(name, 'is null; give the last sequence of a push');
      return [name, { source: `${project}/${name}`, sequence: parsed.value }];
    }),
  );
}

const INT64 = jsonParser('INT64');

function invalid(source: string, message: string): PlumblineError {
  return new PlumblineError('INVALID_REQUEST', `/minSequence/${source}: ${message}`, {
    path: `/minSequence/${source}`,
  });
}
