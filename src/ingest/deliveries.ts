import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import type { Delivery, Receipt } from './delivery.js';
import { digestOf } from './event-ids.js';
import type { Identities, KnownDelivery } from './identities.js';
import type { StreamPart } from './log.js';

/** How long an idempotency key is remembered (S11): 7 days, in microseconds. */
export const KEYS_KEPT_US = 7n * 86_400_000_000n;

/** A delivery that is being taken. */
export type Taking = {
  /** Resolves when everything of it is durable. */
  readonly receipt: Promise<Receipt>;
  /** Resolves when its rows are applied online, rejects when that failed. */
  readonly visible: Promise<void>;
  /** Resolves when the index of identities knows it, rejects when nothing of it was taken. */
  readonly learnt: Promise<void>;
};

/**
 * Deliveries that can be made again, and are taken once (S11). Each is remembered here from its beginning until the index
 * has learnt it, however long its rows take to be applied.
 */
export class Deliveries {
  private readonly keyed = new Map<string, Taking & { readonly bodyHash: string }>();
  private readonly replays = new Map<string, Taking>();
  private readonly files = new Map<string, number>();
  private readonly streams = new Map<string, StreamPart>();

  constructor(
    private readonly identities: Identities,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a delivery by `take` unless it was taken before: then its first answer is given again. Throws CONFLICT for an
   * idempotency key with another body, and for a quarantined row that was replayed.
   */
  once(source: string, delivery: Delivery, take: () => Taking): Taking {
    switch (delivery.kind) {
      case 'push':
        return take();
      case 'keyed':
        return this.onceKeyed(source, delivery, take);
      case 'replay':
        return this.onceReplayed(source, delivery.quarantinedId, take);
      case 'file':
        return this.part(`${source}\n${delivery.contentHash}`, delivery.endOrdinal, this.files, take);
      case 'stream':
        return this.part(`${source}\n${delivery.partition}`, delivery, this.streams, take);
    }
  }

  /** Ordinal behind the last row of a file that was dealt with. */
  fileProgress(source: string, contentHash: string): number {
    const learnt = this.identities.fileProgress(source, contentHash);
    return Math.max(learnt, this.files.get(`${source}\n${contentHash}`) ?? 0);
  }

  /** The last part of a stream's partition that was dealt with. */
  streamProgress(source: string, partition: string): StreamPart | null {
    return this.streams.get(`${source}\n${partition}`) ?? this.identities.streamProgress(source, partition);
  }

  /** Whether a quarantined row was replayed, or is being replayed. */
  isReplayed(source: string, id: number): boolean {
    return this.replays.has(`${source}\n${id}`) || this.identities.replayed(source, id) !== null;
  }

  private onceKeyed(
    source: string,
    { key, bodyHash }: Extract<Delivery, { readonly kind: 'keyed' }>,
    take: () => Taking,
  ): Taking {
    const name = `${source}\n${key}`;
    const other = this.keyed.get(name);
    if (other !== undefined) return sameBody(other, bodyHash, key);
    const known = this.identities.delivery(source, keyDigest(key));
    if (known !== null && this.clock.nowUs() - known.arrivalUs <= KEYS_KEPT_US) {
      const { receipt } = sameBody<KnownDelivery>(known, bodyHash, key);
      return { receipt: Promise.resolve(receipt), visible: DONE, learnt: DONE };
    }
    const taking = { ...take(), bodyHash };
    this.keyed.set(name, taking);
    whenSettled(taking.learnt, () => this.keyed.delete(name));
    return taking;
  }

  private onceReplayed(source: string, id: number, take: () => Taking): Taking {
    if (this.isReplayed(source, id))
      throw new PlumblineError('CONFLICT', `quarantined row ${id} was replayed already`);
    const name = `${source}\n${id}`;
    const taking = take();
    this.replays.set(name, taking);
    whenSettled(taking.learnt, () => this.replays.delete(name));
    return taking;
  }

  /** A part of something that comes in order: how far it came is known at once. */
  private part<T>(name: string, end: T, ends: Map<string, T>, take: () => Taking): Taking {
    const taking = take();
    taking.receipt.then(
      () => void ends.set(name, end),
      () => undefined,
    );
    whenSettled(taking.learnt, () => {
      if (ends.get(name) === end) ends.delete(name);
    });
    return taking;
  }
}

/** An idempotency key as the log and the index keep it: bounded, whatever the caller chose. */
export function keyDigest(key: string): string {
  return digestOf(key);
}

const DONE = Promise.resolve();

function whenSettled(promise: Promise<unknown>, work: () => unknown): void {
  promise.then(work, work);
}

function sameBody<T extends { readonly bodyHash: string }>(known: T, bodyHash: string, key: string): T {
  if (known.bodyHash === bodyHash) return known;
  throw new PlumblineError(
    'CONFLICT',
    `idempotency key "${key}" came with another body before; send a new key with new rows`,
    { path: 'Idempotency-Key' },
  );
}
