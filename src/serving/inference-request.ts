import type { ModelInput } from '../compile/model.js';
import type { Column, ColumnBatch } from '../definition/column-batch.js';
import { columnOfTensor, isRecord, refusal, requireKnownMembers, tensorName } from './tensor.js';

/** The output that every model version has: its input. */
export const VECTOR = 'vector';

/** What a model version takes and gives. */
type Signature = { readonly inputs: readonly ModelInput[]; readonly outputs: readonly string[] };

/** A request of the Open Inference Protocol v2, checked against a model's signature. */
export type InferenceRequest = {
  /** To be echoed. */
  readonly id: string | null;
  /** One column an input of the signature. */
  readonly inputs: ColumnBatch;
  /** In the order asked for; all but `vector` when the request names none. */
  readonly outputs: readonly string[];
};

/**
 * Reads the body of `infer`. Every input of the signature must be there once, all of one length, nothing else.
 * Throws INVALID_REQUEST with the path of what is wrong, and TOO_LARGE.
 */
export function parseInferenceRequest(body: unknown, signature: Signature): InferenceRequest {
  if (!isRecord(body)) throw refusal('', 'the body must be a JSON object with "inputs"');
  requireKnownMembers(body, ['id', 'parameters', 'inputs', 'outputs'], '');
  const { id, parameters, inputs, outputs } = body;
  if (id !== undefined && typeof id !== 'string') throw refusal('/id', 'must be a string');
  if (parameters !== undefined && !isRecord(parameters)) throw refusal('/parameters', 'must be an object');
  return {
    id: id ?? null,
    inputs: parseInputs(inputs, signature.inputs),
    outputs: parseOutputs(outputs, signature.outputs),
  };
}

function parseInputs(tensors: unknown, signature: readonly ModelInput[]): ColumnBatch {
  if (!Array.isArray(tensors)) throw refusal('/inputs', 'must be an array of tensors');
  const wanted = signature.map(({ name, type }) => `${name} (${type})`).join(', ');
  const columns = new Map<string, Column>();
  tensors.forEach((tensor: unknown, index) => {
    const path = `/inputs/${index}`;
    const name = tensorName(tensor, path);
    const input = signature.find((candidate) => candidate.name === name);
    if (input === undefined)
      throw refusal(`${path}/name`, `the model has no input "${name}"; it takes ${wanted}`);
    if (columns.has(name)) throw refusal(`${path}/name`, `"${name}" is there twice`);
    columns.set(name, columnOfTensor(tensor, path, input));
  });
  const missing = signature.filter(({ name }) => !columns.has(name)).map(({ name }) => `"${name}"`);
  if (missing.length > 0)
    throw refusal('/inputs', `${missing.join(', ')} missing; the model takes ${wanted}`);
  return { rowCount: requireOneLength(columns), columns };
}

function requireOneLength(columns: ReadonlyMap<string, Column>): number {
  const [[firstName, first] = ['', null], ...others] = columns;
  const rowCount = first?.values.length ?? 0;
  for (const [name, { values }] of others) {
    if (values.length === rowCount) continue;
    throw refusal(
      '/inputs',
      `"${name}" has ${values.length} rows, "${firstName}" has ${rowCount}; send as many of each`,
    );
  }
  return rowCount;
}

function parseOutputs(outputs: unknown, known: readonly string[]): readonly string[] {
  if (outputs === undefined) return known;
  if (!Array.isArray(outputs)) throw refusal('/outputs', 'must be an array of { "name": … }');
  const names = outputs.map((output: unknown, index) => {
    const path = `/outputs/${index}`;
    if (!isRecord(output)) throw refusal(path, 'must be { "name": … }');
    requireKnownMembers(output, ['name', 'parameters'], path);
    const found = [...known, VECTOR].find((name) => name === output.name);
    if (found !== undefined) return found;
    throw refusal(
      `${path}/name`,
      `the model has no output "${String(output.name)}"; it has ${[...known, VECTOR].join(', ')}`,
    );
  });
  if (new Set(names).size < names.length) throw refusal('/outputs', 'names an output twice');
  return names.length === 0 ? known : names;
}
