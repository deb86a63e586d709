import { featureRefs } from '../compile/feature-refs.js';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import { PlumblineError } from '../definition/error.js';
import type { Catalog } from '../registry/catalog.js';

/** Which features a caller wants: those of a service, or a list of them. */
export type AskedFeatures = {
  readonly featureService?: string;
  /** Of the service; default the latest. */
  readonly version?: number;
  readonly features?: readonly string[];
};

/** The features that are asked for. Throws INVALID_REQUEST for both or neither, NOT_FOUND, UNKNOWN_FEATURE. */
export function askedService(
  catalog: Catalog,
  project: string,
  asked: AskedFeatures,
): CompiledFeatureService {
  const { featureService, version, features } = asked;
  if (features !== undefined && featureService === undefined && version === undefined) {
    return catalog.featureList(project, features);
  }
  if (features === undefined && featureService !== undefined) {
    return catalog.featureService(project, featureService, version);
  }
  const message = 'name the features, either by "featureService" (and "version"), or by "features" alone';
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'featureService' });
}

/** The same features by names that mean them whatever is registered later. */
export function pinnedFeatures(service: CompiledFeatureService, { features }: AskedFeatures): AskedFeatures {
  if (features === undefined) return { featureService: service.name, version: service.version };
  return { features: featureRefs(service) };
}
