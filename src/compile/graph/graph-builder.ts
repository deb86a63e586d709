import { FLOAT32_MAX } from './float32.js';

/** A node of a TensorFlow graph as tfjs's `loadGraphModel` reads it. Source: tensorflow/core/framework/node_def.proto, in JSON. */
export type GraphNode = {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
};

export type GraphType = 'float32' | 'int32' | 'bool';

/** Constants of a graph, which lie in its weights file: float32 or int32, little-endian. */
export type GraphConstant = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
};

/** What a graph takes: one tensor of shape [rows]. */
export type GraphInput = { readonly name: string; readonly type: 'float32' | 'int32' };

/** Attributes of a node beside the types that its operation implies. */
type Attributes = Readonly<Record<string, unknown>>;

/** Collects the nodes of one graph; equal nodes are one. Nodes are known by their names. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly constants: GraphConstant[] = [];
  readonly inputs: GraphInput[] = [];
  private readonly known = new Map<string, string>();

  /** An input of shape [rows]. */
  input(name: string, type: GraphInput['type']): string {
    return this.once(`input ${name}`, () => {
      this.inputs.push({ name, type });
      const shape = { shape: { dim: [{ size: '-1' }] } };
      return this.add(name, 'Placeholder', [], { dtype: dataType(type), shape });
    });
  }

  /** A float32 constant of shape []; NaN is NULL. */
  number(value: number): string {
    return this.floats([value], []);
  }

  /** A float32 constant, numbers in row-major order; what is larger than a float32 becomes the largest. */
  floats(values: ArrayLike<number>, shape: readonly number[]): string {
    return this.constant(Float32Array.from(values, bounded), shape, 'float32');
  }

  /** An int32 constant, numbers in row-major order. */
  integers(values: ArrayLike<number>, shape: readonly number[]): string {
    return this.constant(Int32Array.from(values), shape, 'int32');
  }

  /** The result of an operation of TensorFlow's, by its name there. */
  op(op: string, input: readonly string[], attr: Attributes = {}): string {
    const key = JSON.stringify([op, input, attr]);
    return this.once(key, () => this.add(`op/${this.nodes.length}`, op, input, attr));
  }

  /** A node of this name with the value of another: what a caller asks the graph for. */
  output(name: string, of: string): void {
    this.add(name, 'Identity', [of], { T: dataType('float32') });
  }

  private constant(values: Float32Array | Int32Array, shape: readonly number[], type: GraphType): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const key = `${type} [${shape.join(',')}] ${Buffer.from(bytes).toString('base64')}`;
    return this.once(key, () => {
      const name = this.add(`op/${this.nodes.length}`, 'Const', [], {
        dtype: dataType(type),
        value: { tensor: { dtype: dataType(type).type, tensorShape: { dim: shape.map(sizeOf) } } },
      });
      this.constants.push({ name, shape, values });
      return name;
    });
  }

  private add(name: string, op: string, input: readonly string[], attr: Attributes): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  private once(key: string, make: () => string): string {
    const name = this.known.get(key) ?? make();
    this.known.set(key, name);
    return name;
  }
}

function bounded(value: number): number {
  return Math.max(-FLOAT32_MAX, Math.min(FLOAT32_MAX, value));
}

/** An attribute that names a type. */
export function dataType(type: GraphType): { readonly type: string } {
  return { type: DATA_TYPES[type] };
}

const DATA_TYPES: Record<GraphType, string> = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' };

function sizeOf(size: number): { readonly size: string } {
  return { size: String(size) };
}
