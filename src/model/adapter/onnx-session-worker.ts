import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-web';
import type { FromOnnxThread, OnnxScores, OnnxSessionData, ToOnnxThread } from './onnx-messages.js';

/** The entry of a thread that holds one ONNX model: it says that it is ready, then answers one question after another. */
const { bytes } = workerData as OnnxSessionData;
const port = parentPort!;
const answer = (message: FromOnnxThread): void => port.postMessage(message);

const ort = await import('onnxruntime-web');
// One thread: the same bits on every run, and no threads of threads.
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(bytes, {
  executionProviders: ['wasm'],
  // Fatal alone: what it refuses is told by errors.
  logSeverityLevel: 4,
}).catch((error: unknown) => {
  answer({ kind: 'refused', message: messageOf(error) });
  return null;
});
if (session !== null) {
  port.on('message', (message: ToOnnxThread) => {
    void scoresOf(session, message).then(answer, (error: unknown) =>
      answer({ kind: 'refused', message: messageOf(error) }),
    );
  });
  answer({
    kind: 'ready',
    version: ort.env.versions.web ?? 'unknown',
    threads: ort.env.wasm.numThreads,
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
  });
}

async function scoresOf(
  session: InferenceSession,
  { input, output, rows, width, values }: ToOnnxThread,
): Promise<OnnxScores> {
  const results = await session.run({ [input]: new ort.Tensor('float32', values, [rows, width]) }, [output]);
  const result = results[output]!;
  return { kind: 'scores', shape: result.dims, values: Float32Array.from(result.data as Float32Array) };
}

function describe(metadata: InferenceSession.ValueMetadata) {
  if (!metadata.isTensor) return { name: metadata.name, type: 'no tensor', shape: [] };
  return { name: metadata.name, type: metadata.type, shape: metadata.shape };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 500);
}
