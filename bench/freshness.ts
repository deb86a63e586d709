import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import type { RunningService } from '../demo/service.js';
import type { BenchTopic } from './stream-topic.js';
import { COUNTED } from './windows-data.js';

/** How long rows come, and how often one of them is followed to its answer. */
const SECONDS = 20;
const PROBE_EVERY_MS = 50;

/** Rows are sent together this often. */
const SEND_EVERY_MS = 20;

/** How often an answer is asked for: it adds as much to what is seen. */
const ASK_EVERY_MS = 5;

/** A row that is not visible by then is missed. */
const DEADLINE_MS = 20_000;

export type Freshness = {
  /** From the instant before a row is handed to its client until an answer has it, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rowsPerSecond: number;
  readonly probes: number;
  readonly missed: number;
};

type Load = {
  readonly service: RunningService;
  readonly topic: BenchTopic;
  readonly rowsPerSecond: number;
  /** Keys from 0 on that rows are spread over; those of rows that are followed lie beyond. */
  readonly keys: number;
};

/** Sends rows at a rate, and follows some of them to the answer of a lookup. */
export async function freshness(load: Load): Promise<Freshness> {
  const startedMs = performance.now();
  const endMs = startedMs + SECONDS * 1000;
  const following: Promise<number | null>[] = [];
  const sends: Promise<void>[] = [];
  let [sent, probes] = [0, 0];
  for (let nowMs = startedMs; nowMs < endMs; nowMs = performance.now()) {
    const due = Math.floor(((nowMs - startedMs) / 1000) * load.rowsPerSecond);
    const messages = Array.from({ length: due - sent }, (_, i) =>
      messageOf(((sent + i) * 7_919) % load.keys),
    );
    sent = due;
    const isProbed = (nowMs - startedMs) / PROBE_EVERY_MS >= probes;
    if (isProbed) {
      const key = load.keys + probes++;
      messages.push(messageOf(key));
      following.push(follow(load.service, key, nowMs));
    }
    if (messages.length > 0) sends.push(load.topic.send(messages));
    await sleep(SEND_EVERY_MS);
  }
  await Promise.all(sends);
  const seconds = (performance.now() - startedMs) / 1000;
  const taken = await Promise.all(following);
  const seenMs = taken.filter((ms) => ms !== null).sort((a, b) => a - b);
  const at = (share: number): number => seenMs[Math.floor(share * (seenMs.length - 1))] ?? Number.NaN;
  const missed = probes - seenMs.length;
  return { p50Ms: at(0.5), p99Ms: at(0.99), rowsPerSecond: sent / seconds, probes, missed };
}

function messageOf(key: number): Message {
  const at = new Date().toISOString();
  const row = { meter_id: key, event_ts: at, created_ts: at, counted: 1 };
  return { key: String(key), value: JSON.stringify(row) };
}

/** Milliseconds until a lookup counts the row of a key; null where it never does. */
async function follow({ baseUrl }: RunningService, key: number, sentMs: number): Promise<number | null> {
  const body = JSON.stringify({
    features: [`${COUNTED.name}:count_1h`],
    entities: [{ meter_id: key }],
    include: [],
  });
  for (;;) {
    const response = await fetch(`${baseUrl}/v1/projects/bench/online/lookup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { results } = (await response.json()) as { readonly results?: readonly { values: unknown[] }[] };
    const waitedMs = performance.now() - sentMs;
    if (results?.[0]?.values[0] === 1) return waitedMs;
    if (waitedMs > DEADLINE_MS) return null;
    await sleep(ASK_EVERY_MS);
  }
}
