import type { EntityManager } from 'typeorm';
import { isJsonObject } from '../definition/json-columns.js';
import { ModelVersionRow, TrainingSetRow } from './tables.js';

/** A kept record that was made by a definition version, and can only be understood or made again with it (S25). */
export type RecordedUse = {
  /** Made by this version itself. */
  readonly of: { readonly kind: 'FeatureService' | 'Model'; readonly name: string; readonly version: number };
  readonly by: RecordedDependant;
};

export type RecordedDependant =
  | { readonly kind: 'TrainingSet'; readonly name: string }
  | { readonly kind: 'TrainedModel'; readonly name: string; readonly version: number };

/** What a project's training sets and trained model versions rest on. Records that name no definition rest on none. */
export async function recordedUses(manager: EntityManager, project: string): Promise<readonly RecordedUse[]> {
  const sets = await manager.find(TrainingSetRow, {
    where: { project },
    order: { createdAt: 'ASC', id: 'ASC' },
  });
  const models = await manager.find(ModelVersionRow, {
    where: { project },
    order: { model: 'ASC', version: 'ASC' },
  });
  return [
    ...sets.flatMap(({ id, record }) => useOfTrainingSet(id, record)),
    ...models.flatMap(({ model, version, record }) => useOfTrainedModel({ model, version }, record)),
  ];
}

/** A trained model version and the definition that it was trained by. */
type RecordedModel = {
  readonly model: string;
  readonly version: number;
  /** Version of the model's definition. */
  readonly definition: number;
};

/** The trained model versions of a project, oldest first. */
export async function recordedModels(
  manager: EntityManager,
  project: string,
): Promise<readonly RecordedModel[]> {
  const rows = await manager.find(ModelVersionRow, {
    where: { project },
    order: { model: 'ASC', version: 'ASC' },
  });
  return rows.flatMap(({ model, version, record }) =>
    useOfTrainedModel({ model, version }, record).map(({ of }) => ({
      model,
      version,
      definition: of.version,
    })),
  );
}

function useOfTrainingSet(id: string, record: object): readonly RecordedUse[] {
  const query = memberOf(record, 'query');
  const [name, version] = [memberOf(query, 'featureService'), memberOf(query, 'version')];
  if (typeof name !== 'string' || typeof version !== 'number') return [];
  return [{ of: { kind: 'FeatureService', name, version }, by: { kind: 'TrainingSet', name: id } }];
}

function useOfTrainedModel(
  trained: { readonly model: string; readonly version: number },
  record: object,
): readonly RecordedUse[] {
  const definition = memberOf(memberOf(record, 'record'), 'definition');
  const [name, version] = [memberOf(definition, 'name'), memberOf(definition, 'version')];
  if (typeof name !== 'string' || typeof version !== 'number') return [];
  const by = { kind: 'TrainedModel', name: trained.model, version: trained.version } as const;
  return [{ of: { kind: 'Model', name, version }, by }];
}

function memberOf(data: unknown, name: string): unknown {
  return isJsonObject(data) ? data[name] : undefined;
}
