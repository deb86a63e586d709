import { extname } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { PlumblineError } from '../../definition/error.js';
import type { FromOnnxThread, OnnxReady, OnnxScores, ToOnnxThread } from './onnx-messages.js';

/** The compiled entry beside this file, or its source where this file is run from source (in tests). */
const ENTRY = new URL(`./onnx-session-worker${extname(import.meta.url)}`, import.meta.url);

/** Far above what a model of a few megabytes takes for the rows of one call. */
const DEADLINE_MS = 30_000;

/**
 * One ONNX model in a thread of its own, asked one question at a time; the asking thread waits. A session that missed an
 * answer, or whose thread ended, answers nothing any more: its next scores would be those of another question.
 */
export class OnnxSession {
  private isOver = false;

  private constructor(
    readonly description: OnnxReady,
    private readonly worker: Worker,
    private readonly port: MessagePort,
    private readonly answered: Int32Array,
  ) {
    worker.once('error', () => this.close());
    worker.once('exit', () => this.close());
  }

  /** Loads a file. Throws INVALID_FILE for what ONNX Runtime does not load, INTERNAL when it does not run on one thread. */
  static async open(bytes: Uint8Array): Promise<OnnxSession> {
    const { port1, port2 } = new MessageChannel();
    const answered = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const workerData = { bytes, answered, port: port2 };
    const worker = new Worker(ENTRY, { workerData, transferList: [port2], name: 'onnx' });
    const counter = new Int32Array(answered);
    const failed = new Promise<never>((_, reject) => worker.once('error', reject));
    const waited = Atomics.waitAsync(counter, 0, 0, DEADLINE_MS);
    await Promise.race([waited.value, failed]);
    // A model at rest keeps no process alive; until here it must: waiting alone does not.
    worker.unref();
    const message = messageIn(port1);
    if (message === null) {
      await worker.terminate();
      throw new PlumblineError('UNAVAILABLE', 'ONNX Runtime did not start in time; try again');
    }
    if (message.kind === 'ready' && message.threads === 1)
      return new OnnxSession(message, worker, port1, counter);
    await worker.terminate();
    throw message.kind === 'refused'
      ? new PlumblineError('INVALID_FILE', `the file is no ONNX model that runs here: ${message.message}`)
      : new PlumblineError('INTERNAL', 'ONNX Runtime does not run on one thread; reinstall onnxruntime-web');
  }

  /** Scores rows. Throws PREDICTION_FAILED for what the model refuses, UNAVAILABLE after {@link DEADLINE_MS} and ever after. */
  run(question: ToOnnxThread): OnnxScores {
    const before = Atomics.load(this.answered, 0);
    if (!this.isOver) {
      this.port.postMessage(question);
      if (Atomics.wait(this.answered, 0, before, DEADLINE_MS) === 'timed-out') this.close();
    }
    const message = this.isOver ? null : messageIn(this.port);
    if (message === null)
      throw new PlumblineError(
        'UNAVAILABLE',
        'an ONNX model did not answer in time; send fewer rows, or try again',
      );
    if (message.kind === 'scores') return message;
    const reason = message.kind === 'refused' ? message.message : message.kind;
    throw new PlumblineError('PREDICTION_FAILED', `the ONNX model does not score these rows: ${reason}`);
  }

  close(): void {
    this.isOver = true;
    void this.worker.terminate();
  }
}

function messageIn(port: MessagePort): FromOnnxThread | null {
  const received = receiveMessageOnPort(port) as { readonly message: FromOnnxThread } | undefined;
  return received?.message ?? null;
}
