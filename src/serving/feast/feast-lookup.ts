import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { PlumblineError } from '../../definition/error.js';
import type { AnswerLog } from '../../online/answer-log.js';
import type { Lookup } from '../../online/lookup.js';
import type { Catalog, CatalogHolder } from '../../registry/catalog.js';
import { type FeastWriter, feastWriter } from './feast-answer.js';
import { feastEntities } from './feast-entities.js';
import type { FeastLookupRequest } from './feast-request.js';

type FeastLookupParts = {
  readonly catalogs: CatalogHolder;
  readonly lookups: Lookup;
  readonly answers: AnswerLog;
};

/** Lookups in the wire format of Feast's feature server: the same use case, log of answers and rules as any lookup. */
export class FeastLookup {
  private readonly withFullNames = new WeakMap<CompiledFeatureService, FeastWriter>();
  private readonly withNames = new WeakMap<CompiledFeatureService, FeastWriter>();

  constructor(private readonly parts: FeastLookupParts) {}

  /** The answer as JSON in UTF-8. Throws what a lookup throws. */
  async answer(project: string, request: FeastLookupRequest): Promise<string | Buffer> {
    const { catalogs, lookups, answers } = this.parts;
    const { entities, fullNames, withVersions } = request;
    const service = serviceOf(catalogs.current(), project, request);
    const write = this.writerOf(service, fullNames);
    const asked = feastEntities(service, entities);
    const answer = await lookups.lookup(service, asked);
    answers.offer({ project, service, asked, answer });
    return write({ answer, asked, withVersions });
  }

  private writerOf(service: CompiledFeatureService, fullNames: boolean): FeastWriter {
    const writers = fullNames ? this.withFullNames : this.withNames;
    const known = writers.get(service);
    if (known !== undefined) return known;
    const writer = feastWriter(service, fullNames);
    writers.set(service, writer);
    return writer;
  }
}

function serviceOf(catalog: Catalog, project: string, { asked }: FeastLookupRequest): CompiledFeatureService {
  if ('features' in asked) return catalog.featureList(project, asked.features);
  try {
    return catalog.featureService(project, asked.service);
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    throw new PlumblineError(error.code, error.message, { path: '/feature_service' });
  }
}
