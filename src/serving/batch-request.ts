import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { CompiledModel } from '../compile/model.js';
import { PlumblineError } from '../definition/error.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Snapshot } from '../offline/snapshot.js';
import type { FrameFile } from '../offline/store.js';
import type { Catalog } from '../registry/catalog.js';
import type { BatchFrame, BatchTask } from './batch-task.js';

/** The entities of a feature set, as a caller names them. */
export type AskedEntities = {
  readonly featureSet: string;
  /** Default the latest. */
  readonly featureSetVersion?: number;
  /** Key column of the model's service to key of the entity, where the names differ. */
  readonly keys?: Readonly<Record<string, string>>;
};

/** What a caller asks of a batch prediction. */
export type BatchRequest = Pick<BatchTask, 'model' | 'columns' | 'vector' | 'output'> &
  Partial<Pick<BatchTask, 'version' | 'time' | 'knowledge' | 'boundary'>> & {
    readonly project: string;
    readonly rows:
      | { readonly kind: 'features' | 'keys'; readonly file: FrameFile }
      | ({ readonly kind: 'entities' } & AskedEntities);
    /** The position of history to retrieve from; default the latest (S19). */
    readonly snapshot?: Snapshot;
  };

/** The frame under its name in the job's folder. */
export function frameOf(file: FrameFile): FrameFile {
  return { ...file, path: `frame.${file.format}` };
}

/** Time, knowledge and boundary as they were in training, unless the caller says otherwise. */
export function pinnedRules(
  { time, knowledge, boundary }: BatchRequest,
  { record }: ModelManifest,
): Pick<BatchTask, 'time' | 'knowledge' | 'boundary'> {
  const { query } = record.trainingSet;
  return {
    time: time ?? query.time,
    // What an online answer had is of its own record, which a new frame does not have.
    knowledge: knowledge ?? (query.knowledge === 'served' ? 'known' : query.knowledge),
    boundary: boundary ?? query.boundary,
  };
}

type EntityQuestion = {
  readonly project: string;
  readonly definition: CompiledModel;
  readonly asked: AskedEntities;
};

/**
 * The feature set whose entities are meant, pinned, with the features that its history is read by. Throws NOT_FOUND, and
 * INVALID_REQUEST where the model takes more than the entities' keys.
 */
export function entityRefs(
  catalog: Catalog,
  { project, definition, asked }: EntityQuestion,
): {
  readonly frame: Omit<Extract<BatchFrame, { kind: 'entities' }>, 'pins'>;
  readonly service: CompiledFeatureService;
} {
  const set = catalog.featureSet(project, asked.featureSet, asked.featureSetVersion);
  const { keyColumns } = definition.servedBy;
  const keyNames = new Map(set.entity.keys.map(({ name, type }) => [name, type]));
  const keys = asked.keys ?? {};
  const unknown = Object.keys(keys).find((name) => !keyColumns.some((column) => column.name === name));
  if (unknown !== undefined) throw invalid(`"${unknown}" is no key of the model`, `keys/${unknown}`);
  for (const { name, type } of keyColumns) {
    const key: unknown = keys[name] ?? name;
    if (typeof key !== 'string') throw invalid('is no text; name a key of the entity', `keys/${name}`);
    if (keyNames.get(key) === type) continue;
    const message = `the model needs key "${name}" as ${type}, entity "${set.entity.name}" has ${[...keyNames].map((entry) => entry.join(' ')).join(', ')}; name the key in "keys", or send a frame`;
    throw invalid(message, `keys/${name}`);
  }
  const [own] = definition.inputs.filter(({ name }) => !keyColumns.some((column) => column.name === name));
  if (own !== undefined) {
    const message = `model "${definition.name}" takes "${own.name}" with each request, which entities do not have; send a frame with this column`;
    throw invalid(message, 'featureSet');
  }
  const feature = `entity=${set.name}@${set.version}:${set.features[0]!.name}`;
  return {
    frame: { kind: 'entities', featureSet: set.name, featureSetVersion: set.version, keys },
    service: catalog.featureList(project, [feature]),
  };
}

function invalid(message: string, path: string): PlumblineError {
  return new PlumblineError('INVALID_REQUEST', message, { path });
}
