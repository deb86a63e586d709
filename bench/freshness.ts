import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import type { RunningService } from '../demo/service.js';
import { quantile } from './conditions.js';
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
  const followed = new Followed(load.service);
  const startedMs = performance.now();
  const endMs = startedMs + SECONDS * 1000;
  const asking = followed.askUntil(endMs + DEADLINE_MS);
  const sends: Promise<void>[] = [];
  let [sent, probes] = [0, 0];
  for (let nowMs = startedMs; nowMs < endMs; nowMs = performance.now()) {
    const due = Math.floor(((nowMs - startedMs) / 1000) * load.rowsPerSecond);
    const messages = Array.from({ length: due - sent }, (_, i) =>
      messageOf(((sent + i) * 7_919) % load.keys),
    );
    sent = due;
    if ((nowMs - startedMs) / PROBE_EVERY_MS >= probes) {
      const key = load.keys + probes++;
      messages.push(messageOf(key));
      followed.add(key, nowMs);
    }
    if (messages.length > 0) sends.push(load.topic.send(messages));
    await sleep(SEND_EVERY_MS);
  }
  await Promise.all(sends);
  const seconds = (performance.now() - startedMs) / 1000;
  followed.end();
  const seenMs = await asking;
  return {
    p50Ms: quantile(seenMs, 0.5),
    p99Ms: quantile(seenMs, 0.99),
    rowsPerSecond: sent / seconds,
    probes,
    missed: probes - seenMs.length,
  };
}

function messageOf(key: number): Message {
  const at = new Date().toISOString();
  const row = { meter_id: key, event_ts: at, created_ts: at, counted: 1 };
  return { key: String(key), value: JSON.stringify(row) };
}

/** Keys whose only row is on its way. One lookup asks for all of them, so that asking costs the same however many they are. */
class Followed {
  private readonly sentMs = new Map<number, number>();
  private isEnding = false;

  constructor(private readonly service: RunningService) {}

  add(key: number, sentMs: number): void {
    this.sentMs.set(key, sentMs);
  }

  /** No more keys come. */
  end(): void {
    this.isEnding = true;
  }

  /** Milliseconds from the sending of each key until an answer counts its row; ends when all were seen, or late. */
  async askUntil(deadlineMs: number): Promise<readonly number[]> {
    const seenMs: number[] = [];
    while (!(this.isEnding && this.sentMs.size === 0) && performance.now() < deadlineMs) {
      for (const key of await this.counted([...this.sentMs.keys()])) {
        seenMs.push(performance.now() - this.sentMs.get(key)!);
        this.sentMs.delete(key);
      }
      await sleep(ASK_EVERY_MS);
    }
    return seenMs;
  }

  private async counted(keys: readonly number[]): Promise<readonly number[]> {
    if (keys.length === 0) return [];
    const response = await fetch(`${this.service.baseUrl}/v1/projects/bench/online/lookup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        features: [`${COUNTED.name}:count_1h`],
        entities: keys.map((key) => ({ meter_id: key })),
        include: [],
      }),
    });
    const { results } = (await response.json()) as { readonly results?: readonly { values: unknown[] }[] };
    return keys.filter((_, i) => results?.[i]?.values[0] === 1);
  }
}
