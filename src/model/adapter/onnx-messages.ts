/** What a thread that holds an ONNX model is started with. */
export type OnnxSessionData = {
  /** The file. */
  readonly bytes: Uint8Array;
};

/** Rows to score, row after row. */
export type ToOnnxThread = {
  readonly input: string;
  readonly output: string;
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
};

export type OnnxTensorInfo = {
  readonly name: string;
  readonly type: string;
  /** Names are sizes that vary. */
  readonly shape: readonly (number | string)[];
};

export type OnnxReady = {
  readonly kind: 'ready';
  /** Of ONNX Runtime. */
  readonly version: string;
  readonly threads: number;
  readonly inputs: readonly OnnxTensorInfo[];
  readonly outputs: readonly OnnxTensorInfo[];
};

export type OnnxScores = {
  readonly kind: 'scores';
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

export type FromOnnxThread =
  | OnnxReady
  | OnnxScores
  /** Why the file is no model, or the rows were not scored. */
  | { readonly kind: 'refused'; readonly message: string };
