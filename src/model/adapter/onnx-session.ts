import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PlumblineError } from '../../definition/error.js';
import type { FromOnnxThread, OnnxReady, OnnxScores, ToOnnxThread } from './onnx-messages.js';

/** The compiled entry beside this file, or its source where this file is run from source (in tests). */
const ENTRY = new URL(`./onnx-session-worker${extname(import.meta.url)}`, import.meta.url);

/** Far above what a model of a few megabytes takes for the rows of one call. */
const DEADLINE_MS = 30_000;

/** Numbers that may wait for their turn, 256 MiB; a question that finds nobody waiting is taken whatever its size. */
const MAX_WAITING = 2 ** 26;

/**
 * One ONNX model in a thread of its own, asked one question at a time, others waiting for their turn. A session that missed
 * an answer, or whose thread ended, answers nothing any more: its next scores would be those of another question.
 */
export class OnnxSession {
  /** Whether it answers nothing any more. */
  isOver = false;
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly description: OnnxReady,
    private readonly worker: Worker,
  ) {
    worker.once('error', () => this.close());
    worker.once('exit', () => this.close());
  }

  /** Loads a file. Throws INVALID_FILE for what ONNX Runtime does not load, INTERNAL when it does not run on one thread. */
  static async open(bytes: Uint8Array): Promise<OnnxSession> {
    const worker = new Worker(ENTRY, { workerData: { bytes }, name: 'onnx' });
    const message = await nextMessage(worker);
    if (message?.kind === 'ready' && message.threads === 1) {
      // A model at rest keeps no process alive; one that is asked does.
      worker.unref();
      return new OnnxSession(message, worker);
    }
    await worker.terminate();
    if (message === null)
      throw new PlumblineError('UNAVAILABLE', 'ONNX Runtime did not start in time; try again');
    throw message.kind === 'refused'
      ? new PlumblineError('INVALID_FILE', `the file is no ONNX model that runs here: ${message.message}`)
      : new PlumblineError('INTERNAL', 'ONNX Runtime does not run on one thread; reinstall onnxruntime-web');
  }

  /**
   * Scores rows, whose memory it takes. Throws PREDICTION_FAILED for what the model refuses, UNAVAILABLE after
   * {@link DEADLINE_MS} and ever after, and where too much waits already ({@link MAX_WAITING}).
   */
  async run(question: ToOnnxThread): Promise<OnnxScores> {
    const numbers = question.values.length;
    if (this.waiting > 0 && this.waiting + numbers > MAX_WAITING)
      throw new PlumblineError(
        'UNAVAILABLE',
        `an ONNX model has ${this.waiting} numbers of other requests waiting; at most ${MAX_WAITING} do: try again later, or send fewer rows at once`,
      );
    this.waiting += numbers;
    const answer = this.last.then(() => this.ask(question));
    this.last = answer.catch(() => undefined);
    try {
      return await answer;
    } finally {
      this.waiting -= numbers;
    }
  }

  close(): void {
    this.isOver = true;
    void this.worker.terminate();
  }

  private async ask(question: ToOnnxThread): Promise<OnnxScores> {
    const message = this.isOver ? null : await this.answerTo(question);
    if (message === null) {
      this.close();
      throw new PlumblineError(
        'UNAVAILABLE',
        'an ONNX model did not answer in time; send fewer rows, or try again',
      );
    }
    if (message.kind === 'scores') return message;
    const reason = message.kind === 'refused' ? message.message : message.kind;
    throw new PlumblineError('PREDICTION_FAILED', `the ONNX model does not score these rows: ${reason}`);
  }

  private async answerTo(question: ToOnnxThread): Promise<FromOnnxThread | null> {
    this.worker.ref();
    try {
      const answer = nextMessage(this.worker);
      this.worker.postMessage(question, [question.values.buffer as ArrayBuffer]);
      return await answer;
    } finally {
      this.worker.unref();
    }
  }
}

/** The next message of a thread; null when it ends or {@link DEADLINE_MS} pass. An `error` of the thread is thrown. */
async function nextMessage(worker: Worker): Promise<FromOnnxThread | null> {
  const answered = new AbortController();
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const signal = AbortSignal.any([answered.signal, deadline]);
  try {
    return await Promise.race([
      once(worker, 'message', { signal }).then(([message]) => message as FromOnnxThread),
      once(worker, 'exit', { signal }).then(() => null),
    ]);
  } catch (error) {
    if (deadline.aborted) return null;
    throw error;
  } finally {
    answered.abort();
  }
}
