import type { GraphBuilder, GraphConstant, GraphInput } from './graph-builder.js';

/** A graph model as tfjs's `loadGraphModel` takes it: `model.json` and the bytes of its weights file. */
export type GraphModel = {
  readonly json: GraphModelJson;
  readonly weights: Uint8Array;
};

/** `model.json`. Source: tfjs-core, `io/types.ts`, ModelJSON. */
type GraphModelJson = {
  readonly format: 'graph-model';
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly modelTopology: {
    readonly node: readonly unknown[];
    readonly versions: { readonly producer: number };
  };
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly WeightSpec[];
  }[];
  readonly signature: {
    readonly inputs: Readonly<Record<string, TensorInfo>>;
    readonly outputs: Readonly<Record<string, TensorInfo>>;
  };
  readonly userDefinedMetadata: Readonly<Record<string, unknown>>;
};

type WeightSpec = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
};

type TensorInfo = {
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape: { readonly dim: readonly { readonly size: string }[] };
};

/** What a caller asks a graph for: its name in the signature, the float32 node that it is, its shape, −1 for rows. */
export type GraphOutput = { readonly name: string; readonly node: string; readonly shape: readonly number[] };

/** The file that `model.json` names beside itself. */
const WEIGHTS_FILE = 'weights.bin';

/** The finished graph with these outputs. */
export function graphModel(
  builder: GraphBuilder,
  outputs: readonly GraphOutput[],
  userDefinedMetadata: Readonly<Record<string, unknown>>,
): GraphModel {
  for (const { name, node } of outputs) builder.output(nodeOf(name), node);
  const { nodes, constants, inputs } = builder;
  return {
    json: {
      format: 'graph-model',
      generatedBy: 'plumbline',
      convertedBy: null,
      modelTopology: { node: nodes, versions: { producer: TENSORFLOW_VERSION } },
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: constants.map(specOf) }],
      signature: {
        inputs: Object.fromEntries(inputs.map((input) => [input.name, inputInfo(input)])),
        outputs: Object.fromEntries(outputs.map((output) => [output.name, outputInfo(output)])),
      },
      userDefinedMetadata,
    },
    weights: bytesOf(constants),
  };
}

/** Of graphs that TensorFlow 2 writes. */
const TENSORFLOW_VERSION = 1087;

/** Inputs are nodes of their own names, so outputs of the same names are others. */
function nodeOf(output: string): string {
  return `out/${output}`;
}

function specOf({ name, shape, values }: GraphConstant): WeightSpec {
  return { name, shape, dtype: values instanceof Float32Array ? 'float32' : 'int32' };
}

function inputInfo({ name, type }: GraphInput): TensorInfo {
  const dtype = type === 'float32' ? 'DT_FLOAT' : 'DT_INT32';
  return { name, dtype, tensorShape: { dim: [{ size: '-1' }] } };
}

function outputInfo({ name, shape }: GraphOutput): TensorInfo {
  return {
    name: nodeOf(name),
    dtype: 'DT_FLOAT',
    tensorShape: { dim: shape.map((size) => ({ size: String(size) })) },
  };
}

/** Tensor after tensor, four little-endian bytes a number. */
function bytesOf(constants: readonly GraphConstant[]): Uint8Array {
  const total = constants.reduce((sum, { values }) => sum + values.length, 0);
  const view = new DataView(new ArrayBuffer(total * 4));
  let at = 0;
  for (const { values } of constants) {
    for (const value of values) {
      if (values instanceof Float32Array) view.setFloat32(at, value, true);
      else view.setInt32(at, value, true);
      at += 4;
    }
  }
  return new Uint8Array(view.buffer);
}
