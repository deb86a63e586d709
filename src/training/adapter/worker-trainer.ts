import { on } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ColumnBatch } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import type { TfBackend } from '../../platform/configuration.js';
import type { TrainedModel, Trainer, TrainingControl, TrainingPlan } from '../trainer.js';
import { type SentRows, sentRows } from './sent-rows.js';
import type { FromTrainingThread, ToTrainingThread, TrainingThread } from './training-messages.js';

/** The compiled entry beside this file, or its source where this file is run from source (in tests). */
const ENTRY = new URL(`./training-worker${extname(import.meta.url)}`, import.meta.url);

/** Trains in one worker thread at a time, so that lookups and predictions go on meanwhile. */
export class WorkerTrainer implements Trainer {
  private running: Promise<unknown> = Promise.resolve();

  /** `onnxFolder` holds the files of models made elsewhere. */
  constructor(
    private readonly onnxFolder: string,
    private readonly tfBackend: TfBackend = 'wasm',
  ) {}

  train(
    plan: TrainingPlan,
    batches: AsyncIterable<ColumnBatch>,
    control: TrainingControl,
  ): Promise<TrainedModel> {
    const { onnxFolder, tfBackend } = this;
    const run = this.running.then(() => trainInWorker({ plan, onnxFolder, tfBackend }, batches, control));
    this.running = run.catch(() => undefined);
    return run;
  }
}

async function trainInWorker(
  thread: TrainingThread,
  batches: AsyncIterable<ColumnBatch>,
  control: TrainingControl,
): Promise<TrainedModel> {
  const worker = new Worker(ENTRY, { workerData: thread, name: 'training' });
  const rows = sentRows(batches)[Symbol.asyncIterator]();
  try {
    for await (const message of messagesOf(worker, control.signal)) {
      switch (message.kind) {
        case 'ready':
          await sendNext(worker, rows);
          break;
        case 'progress':
          control.progress(message.done, message.total);
          break;
        case 'trained':
          return message.model;
        case 'refused':
          throw new PlumblineError(message.code, message.message, message.details);
      }
    }
    throw new PlumblineError('INTERNAL', 'the training thread ended without an answer');
  } finally {
    await rows.return?.();
    await worker.terminate();
  }
}

async function* messagesOf(worker: Worker, signal: AbortSignal): AsyncIterable<FromTrainingThread> {
  // An `error` of the thread rejects the iteration.
  for await (const [message] of on(worker, 'message', { close: ['exit'], signal })) {
    yield message as FromTrainingThread;
  }
}

async function sendNext(worker: Worker, rows: AsyncIterator<SentRows>): Promise<void> {
  const next = await rows.next();
  const message: ToTrainingThread = next.done ? { kind: 'end' } : { kind: 'rows', batch: next.value.batch };
  worker.postMessage(message, next.done ? [] : next.value.transfer);
}
