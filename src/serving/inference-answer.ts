import { valueAt } from '../definition/column-batch.js';
import { formatTimestamp } from '../definition/time.js';
import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import { scoresOf } from '../model/postprocess.js';
import { VECTOR } from './inference-request.js';
import type { ModelDescription, Prediction } from './predict.js';
import { datatypeOf, type Tensor } from './tensor.js';

/** What `infer` answers, member by member as the Open Inference Protocol v2 has it. */
export type InferenceAnswer = {
  readonly model_name: string;
  readonly model_version: string;
  /** Echoed when the request had one. */
  readonly id?: string;
  /** T of the features, RFC 3339. */
  readonly parameters: { readonly as_of: string };
  readonly outputs: readonly Tensor[];
};

/** The answer to a prediction request: the outputs it asked for, in its order. */
export function inferenceAnswer(model: string, prediction: Prediction): InferenceAnswer {
  const { request, version, asOfUs } = prediction;
  return {
    model_name: model,
    model_version: String(version),
    ...(request.id !== null && { id: request.id }),
    parameters: { as_of: formatTimestamp(asOfUs) },
    outputs: request.outputs.map((name) => tensorOf(name, prediction)),
  };
}

function tensorOf(name: string, { outputs, vectors }: Prediction): Tensor {
  if (name === VECTOR) {
    const shape = [vectors.rows, vectors.width];
    return { name, shape, datatype: 'FP32', data: [...vectors.values] };
  }
  const column = outputs.columns.get(name)!;
  const data = Array.from({ length: outputs.rowCount }, (_, row) => valueAt(column, row)).flat();
  const sides = [outputs.rowCount, data.length / outputs.rowCount];
  const isMatrix = elementTypeOf(column.type) !== null;
  return { name, shape: isMatrix ? sides : sides.slice(0, 1), datatype: outputDatatype(column.type), data };
}

/** The protocol's datatype of an output: that of its elements where it has several a row. */
function outputDatatype(type: ValueType): string {
  return datatypeOf(elementTypeOf(type) ?? type);
}

type TensorMetadata = Pick<Tensor, 'name' | 'shape' | 'datatype'>;

/** Metadata of a model version, as the protocol has it; −1 is the number of rows. */
export type ModelMetadata = {
  readonly name: string;
  /** The version that is described: the latest may be another one by the next request. */
  readonly parameters: { readonly version: string };
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
};

export function modelMetadata({ manifest, outputs, versions }: ModelDescription): ModelMetadata {
  const { model, version, signature, postprocess } = manifest;
  const classes = scoresOf(postprocess);
  return {
    name: model,
    parameters: { version: String(version) },
    versions: versions.map(String),
    platform: 'plumbline',
    inputs: signature.inputs.map(({ name, type }) => ({ name, datatype: datatypeOf(type), shape: [-1] })),
    outputs: [
      ...outputs.map(({ name, type }) => ({
        name,
        datatype: outputDatatype(type),
        shape: elementTypeOf(type) === null ? [-1] : [-1, classes],
      })),
      { name: VECTOR, datatype: 'FP32', shape: [-1, signature.vector.length] },
    ],
  };
}
