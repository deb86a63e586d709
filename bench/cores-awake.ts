import { open } from 'node:fs/promises';

/**
 * Does a piece of work while idle cores stay awake, as cyclictest does by default: else a latency is that of waking a core up, which
 * in a virtual machine is the host's, up to milliseconds. Where the system knows no such request, or does not let us, they sleep.
 * Source: PM Quality Of Service Interface, docs.kernel.org/power/pm_qos_interface.html.
 */
export async function withCoresAwake<T>(work: () => Promise<T>): Promise<T> {
  const request = await open('/dev/cpu_dma_latency', 'r+').catch(() => null);
  try {
    await request?.write(LATENCY_US);
    return await work();
  } finally {
    await request?.close();
  }
}

/** The wake-up that is borne, microseconds, as a signed 32-bit number; it holds until the file is closed. */
const LATENCY_US = Buffer.alloc(4);
