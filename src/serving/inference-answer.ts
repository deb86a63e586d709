import { formatTimestamp } from '../definition/time.js';
import type { ModelManifest } from '../model/manifest.js';
import type { OutputName } from './inference-request.js';
import type { Prediction } from './predict.js';
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
    outputs: request.outputs.map((name) => TENSORS[name](prediction)),
  };
}

const TENSORS: Record<OutputName, (prediction: Prediction) => Tensor> = {
  probability: ({ probabilities }) => ({
    name: 'probability',
    shape: [probabilities.length],
    datatype: 'FP32',
    data: [...probabilities],
  }),
  vector: ({ vectors: { rows, width, values } }) => ({
    name: 'vector',
    shape: [rows, width],
    datatype: 'FP32',
    data: [...values],
  }),
};

type TensorMetadata = Pick<Tensor, 'name' | 'shape' | 'datatype'>;

/** Metadata of a model version, as the protocol has it; −1 is the number of rows. */
export type ModelMetadata = {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
};

export function modelMetadata(
  { model, signature }: ModelManifest,
  versions: readonly number[],
): ModelMetadata {
  return {
    name: model,
    versions: versions.map(String),
    platform: 'plumbline',
    inputs: signature.inputs.map(({ name, type }) => ({ name, datatype: datatypeOf(type), shape: [-1] })),
    outputs: [
      { name: 'probability', datatype: 'FP32', shape: [-1] },
      { name: 'vector', datatype: 'FP32', shape: [-1, signature.vector.length] },
    ],
  };
}
