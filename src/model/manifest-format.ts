import { type FittedTransformJson, parseFittedTransform } from '../compile/fitted-transform.js';
import { predictionName } from '../compile/model-cascade.js';
import { compileTransform } from '../compile/transform.js';
import { PlumblineError } from '../definition/error.js';
import type { CascadeRecord, ModelManifest, ModelRecord } from './manifest.js';
import { PLAIN_BINARY } from './postprocess.js';

/** The format that is written; older ones are read. */
export const MANIFEST_FORMAT = 2;

/**
 * Reads `model.json` of any format that there was, as the newest. Throws INTERNAL for a format that is newer than this code.
 * Format 1 had neither the schemas before and after the transform, nor post-processing, nor what the version was computed by.
 */
export function parseManifest(text: string, file: string): ModelManifest {
  const json = JSON.parse(text) as ModelManifest | ManifestOfFormat1;
  switch (json.format) {
    case 1:
      return upgraded(json);
    case MANIFEST_FORMAT:
      return json;
    default:
      throw newerFormat(json, file);
  }
}

type ManifestOfFormat1 = Omit<ModelManifest, 'format' | 'schema' | 'postprocess' | 'record'> & {
  readonly format: 1;
  readonly record: Omit<ModelRecord, 'surroundings'>;
};

function upgraded(json: ManifestOfFormat1): ModelManifest {
  return {
    ...json,
    format: MANIFEST_FORMAT,
    schema: schemaOf(json.transform),
    postprocess: PLAIN_BINARY,
    record: { ...json.record, surroundings: null },
  };
}

/**
 * The columns that rows must have for a fitted transform, and the slots that it gives. What the transform reads of other
 * models is not among the columns; what those models read is.
 */
export function schemaOf(
  transform: FittedTransformJson,
  cascade: readonly ReadModel[] = [],
): ModelManifest['schema'] {
  const { slots } = compileTransform(parseFittedTransform(transform));
  const predicted = new Set(
    cascade.flatMap(({ record: { alias, outputs } }) =>
      outputs.map(({ name }) => predictionName(alias, name)),
    ),
  );
  const own = transform.inputs.filter(({ name }) => !predicted.has(name));
  const all = [...own, ...cascade.flatMap(({ raw }) => raw)];
  return { raw: [...new Map(all.map((input) => [input.name, input])).values()], transformed: slots };
}

/** A model that another one reads: how it is recorded there, and the columns that rows must have for it. */
export type ReadModel = { readonly record: CascadeRecord; readonly raw: ModelManifest['schema']['raw'] };

function newerFormat(json: never, file: string): PlumblineError {
  const { format } = json as { readonly format?: unknown };
  const message = `${file} is of format ${String(format)}, this version of Plumbline reads 1 to ${MANIFEST_FORMAT}; serve it with the version that trained it, or a newer one`;
  return new PlumblineError('INTERNAL', message);
}
