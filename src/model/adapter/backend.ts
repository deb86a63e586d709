import { createRequire } from 'node:module';
import util from 'node:util';
import { PlumblineError } from '../../definition/error.js';
import type { TfBackend } from '../../platform/configuration.js';
import type { Tf } from './tf-engine.js';

/** tfjs on the backend that was asserted to be in use. */
export type LoadedTf = { readonly tf: Tf; readonly backend: Exclude<TfBackend, 'auto'> };

/**
 * Loads tfjs on the backend chosen, `auto` on the first that starts: GPU and native where an operator installed them, then
 * wasm, then plain JavaScript. Throws UNAVAILABLE where the one chosen does not start. It takes 0.1 to 1 s, so it waits for
 * the first model.
 */
export async function loadTf(choice: TfBackend): Promise<LoadedTf> {
  if (choice !== 'auto') return { tf: await LOADERS[choice](), backend: choice };
  for (const backend of ['gpu', 'native', 'wasm'] as const) {
    const tf = await LOADERS[backend]().catch(() => null);
    if (tf !== null) return { tf, backend };
  }
  return { tf: await LOADERS.cpu(), backend: 'cpu' };
}

const LOADERS: Record<LoadedTf['backend'], () => Promise<Tf>> = {
  gpu: async () => {
    const tf = installed('@tensorflow/tfjs-node-gpu', 'gpu');
    const { isUsingGpuDevice } = tf.backend() as { readonly isUsingGpuDevice?: boolean };
    if (isUsingGpuDevice === true) return tf;
    throw refusal('gpu', 'found no GPU; check the driver and CUDA, or choose native or wasm');
  },
  native: async () => {
    const tf = installed('@tensorflow/tfjs-node', 'native');
    await tf.ready();
    return requireBackend(tf, 'tensorflow', 'native');
  },
  wasm: async () => {
    const { default: tf } = await import('@tensorflow/tfjs');
    await import('@tensorflow/tfjs-backend-wasm');
    // With threads on, the backend fails to start in Node and tfjs would silently go on in plain JavaScript.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await withoutProcessHandlers(() => tf.setBackend('wasm'));
    return requireBackend(tf, 'wasm', 'wasm');
  },
  cpu: async () => {
    const { default: tf } = await import('@tensorflow/tfjs');
    await tf.setBackend('cpu');
    return requireBackend(tf, 'cpu', 'cpu');
  },
};

/** tfjs goes on without a word when a backend does not start. */
function requireBackend(tf: Tf, wanted: string, choice: TfBackend): Tf {
  if (tf.getBackend() === wanted) return tf;
  throw refusal(
    choice,
    `tfjs runs on "${tf.getBackend()}"; install @tensorflow/tfjs-* anew or choose another`,
  );
}

/** Packages that only an operator installs: see `scripts/build-tfjs-node.js`. */
function installed(name: string, choice: TfBackend): Tf {
  const lost = { isNullOrUndefined: isMissing, isArray: Array.isArray };
  const known: Record<string, unknown> = util;
  // Node 24 has no longer what tfjs-node 4.22 calls.
  for (const [name, value] of Object.entries(lost)) known[name] ??= value;
  try {
    return createRequire(import.meta.url)(name) as Tf;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw refusal(choice, `${name} cannot be loaded (${why}); build it by "node scripts/build-tfjs-node.js"`);
  }
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined;
}

function refusal(choice: TfBackend, message: string): PlumblineError {
  return new PlumblineError('UNAVAILABLE', `the tfjs backend "${choice}" does not start: ${message}`, {
    path: 'tfBackend',
  });
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
