import { PlumblineError } from '../../definition/error.js';
import type { Tf } from './tf-engine.js';

/** Loads tfjs on its WebAssembly backend. It takes 0.1 to 1 s, so it waits for the first model. */
export async function loadTf(): Promise<Tf> {
  const { default: tf } = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  // With threads on, the backend fails to start in Node and tfjs would silently go on in plain JavaScript.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await withoutProcessHandlers(() => tf.setBackend(BACKEND));
  if (tf.getBackend() === BACKEND) return tf;
  throw new PlumblineError(
    'INTERNAL',
    `the tfjs backend is "${tf.getBackend()}" and not "${BACKEND}"; reinstall @tensorflow/tfjs-backend-wasm`,
  );
}

/** The wasm module takes over `uncaughtException` and `unhandledRejection` of the whole process; this takes them back. */
async function withoutProcessHandlers(start: () => Promise<unknown>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  await start();
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.has(listener)) process.off(event, listener as () => void);
    }
  }
}

const BACKEND = 'wasm';
