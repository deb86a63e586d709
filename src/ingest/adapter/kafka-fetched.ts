import type { PartitionMessages } from '../stream-topic.js';

/**
 * Messages from the offsets that were asked, as they were committed: brokers give whole batches, which may begin before,
 * marks of transactions among them, and with them what was given up.
 */
export function fetchedPartitions(
  answer: unknown,
  wanted: readonly { readonly partition: number; readonly offset: bigint }[],
  isCommitted: boolean,
): readonly PartitionMessages[] {
  // As kafkajs decodes it; its types say any.
  const { responses } = answer as FetchAnswer;
  const found = new Map(
    responses.flatMap(({ partitions }) => partitions.map((each) => [each.partition, each] as const)),
  );
  return wanted.flatMap(({ partition, offset }) => {
    const given = found.get(partition);
    return given === undefined ? [] : [partitionFrom(given, offset, isCommitted)];
  });
}

type FetchAnswer = { readonly responses: readonly { readonly partitions: readonly GivenPartition[] }[] };

type GivenPartition = {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset?: string;
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
  readonly messages: readonly GivenMessage[];
};

type AbortedTransaction = { readonly producerId: string; readonly firstOffset: string };

type GivenMessage = {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: string;
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId?: string; readonly inTransaction?: boolean };
};

function partitionFrom(given: GivenPartition, offset: bigint, isCommitted: boolean): PartitionMessages {
  const behind = isCommitted ? committed(given) : given.messages;
  const messages = behind
    .filter((message) => message.isControlRecord !== true && BigInt(message.offset) >= offset)
    .map(({ offset: at, key, value, timestamp }) => ({
      offset: BigInt(at),
      key,
      value,
      timestampMs: BigInt(timestamp),
    }));
  const last = given.messages.at(-1);
  const end = BigInt((isCommitted && given.lastStableOffset) || given.highWatermark);
  // A batch whose last messages were compacted away ends before where its offsets do: one on, and the broker gives the next.
  const behindLast = last === undefined ? offset : BigInt(last.offset) + 1n;
  const next = behindLast > offset || last === undefined ? behindLast : offset + 1n;
  return { partition: given.partition, messages, next, end };
}

/** A mark that gives a transaction up: version 0, type 0. */
const ABORT_MARK = Buffer.from([0, 0, 0, 0]);

/** Without what belongs to transactions that were given up: from their first offset to their mark. */
function committed({ messages, abortedTransactions }: GivenPartition): readonly GivenMessage[] {
  if (!abortedTransactions?.length) return messages;
  const coming = [...abortedTransactions].sort((a, b) =>
    BigInt(a.firstOffset) < BigInt(b.firstOffset) ? -1 : 1,
  );
  const open = new Set<string>();
  return messages.filter(({ offset, key, isControlRecord, batchContext }) => {
    while (coming.length > 0 && BigInt(coming[0]!.firstOffset) <= BigInt(offset))
      open.add(coming.shift()!.producerId);
    const producer = String(batchContext?.producerId);
    if (isControlRecord === true) {
      if (key !== null && ABORT_MARK.equals(key)) open.delete(producer);
      return false;
    }
    return batchContext?.inTransaction !== true || !open.has(producer);
  });
}
