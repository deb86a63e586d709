import { PlumblineError } from '../definition/error.js';
import type { ModelWeights } from './runtime.js';

/** The one tensor of a model that was made elsewhere: its file. */
const FILE_TENSOR = 'onnx';

/** A file as weights: its length in bytes as an int32, its bytes, and zeros up to a whole number of float32. */
export function importedWeights(bytes: Uint8Array): ModelWeights {
  const length = 1 + Math.ceil(bytes.length / Float32Array.BYTES_PER_ELEMENT);
  const values = new Float32Array(length);
  new DataView(values.buffer).setInt32(0, bytes.length, true);
  new Uint8Array(values.buffer).set(bytes, Int32Array.BYTES_PER_ELEMENT);
  return [{ name: FILE_TENSOR, shape: [length], values }];
}

/** The file that weights are, or null where they are trained ones. */
export function importedFile(weights: ModelWeights): Uint8Array | null {
  const [tensor] = weights;
  if (tensor?.name !== FILE_TENSOR) return null;
  const { buffer, byteOffset, byteLength } = tensor.values;
  const length = new DataView(buffer, byteOffset).getInt32(0, true);
  if (length >= 0 && length <= byteLength - Int32Array.BYTES_PER_ELEMENT)
    return new Uint8Array(buffer, byteOffset + Int32Array.BYTES_PER_ELEMENT, length);
  throw new PlumblineError('INTERNAL', `an imported model says it has ${length} bytes; import it again`);
}
