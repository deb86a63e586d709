/**
 * A partition as the log on Kafka needs it: messages in one order, offsets without a gap. What is appended in one call lies
 * together, or not at all.
 */
export interface LogPartition {
  /**
   * Appends durably and gives the offset of the first message. A rejection says nothing of what became of them: they may be
   * there, or come to be there later.
   */
  append(messages: readonly Buffer[]): Promise<bigint>;
  /** Messages from `offset` on, of those that were durable when it was asked; some bytes of them, at least one message. */
  read(offset: bigint): Promise<readonly StoredMessage[]>;
  /** The first offset that is kept, and the one behind the last durable message; null where there is no such partition. */
  bounds(): Promise<{ readonly start: bigint; readonly end: bigint } | null>;
  /** Makes the partition where there is none, and requires that it keeps everything. */
  prepare(): Promise<void>;
}

/** A message at its place; the value is null where somebody wrote none. */
export type StoredMessage = { readonly offset: bigint; readonly value: Buffer | null };
