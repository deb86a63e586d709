import { PlumblineError } from '../definition/error.js';
import { MAX_ONNX_BYTES, type OnnxFiles } from '../model/onnx-files.js';
import type { ImportedModel, ModelRuntime } from '../model/runtime.js';

/** An ONNX file that was kept. */
export type OnnxImport = ImportedModel & {
  /** SHA-256 of the file in hexadecimal: what `trainer.file` of a model names. */
  readonly file: string;
  readonly sizeBytes: number;
};

/** Takes ONNX files in. */
export class ImportOnnx {
  constructor(
    private readonly files: OnnxFiles,
    private readonly runtime: ModelRuntime,
  ) {}

  /**
   * Loads a file in ONNX Runtime, and keeps it. Throws TOO_LARGE, and INVALID_FILE for what is no model or takes anything but
   * one float32 tensor [rows, width].
   */
  async upload(base64: string): Promise<OnnxImport> {
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length > MAX_ONNX_BYTES)
      throw new PlumblineError(
        'TOO_LARGE',
        `the file has ${bytes.length} bytes; at most ${MAX_ONNX_BYTES} are taken`,
        {
          path: '/content',
        },
      );
    const { inspect } = this.runtime;
    if (inspect === undefined)
      throw new PlumblineError('INTERNAL', 'no runtime for models made elsewhere is wired');
    const model = await inspect.call(this.runtime, bytes);
    return { file: await this.files.save(bytes), sizeBytes: bytes.length, ...model };
  }
}
