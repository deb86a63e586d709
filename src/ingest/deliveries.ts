import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import type { Delivery, Receipt } from './delivery.js';
import { digestOf } from './event-ids.js';
import type { Identities, KnownDelivery } from './identities.js';

/** How long an idempotency key is remembered (S11): 7 days, in microseconds. */
export const KEYS_KEPT_US = 7n * 86_400_000_000n;

/** Deliveries that can be made again, and are taken once (S11): one at a time for each identity. */
export class Deliveries {
  private readonly underWay = new Map<
    string,
    { readonly bodyHash: string; readonly receipt: Promise<Receipt> }
  >();

  constructor(
    private readonly identities: Identities,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a delivery by `take` unless it was taken before: then its first answer is given again. Throws CONFLICT for an
   * idempotency key with another body, and for a quarantined row that was replayed.
   */
  async once(source: string, delivery: Delivery, take: () => Promise<Receipt>): Promise<Receipt> {
    if (delivery.kind === 'replay') return this.onceReplayed(source, delivery.quarantinedId, take);
    if (delivery.kind !== 'keyed') return take();
    const { key, bodyHash } = delivery;
    const known = this.identities.delivery(source, keyDigest(key));
    const isKnown = known !== null && this.clock.nowUs() - known.arrivalUs <= KEYS_KEPT_US;
    if (isKnown) return sameBody(known, bodyHash, key).receipt;
    const name = `${source}\n${key}`;
    const other = this.underWay.get(name);
    if (other !== undefined) return sameBody(other, bodyHash, key).receipt;
    const receipt = take().finally(() => this.underWay.delete(name));
    this.underWay.set(name, { bodyHash, receipt });
    return receipt;
  }

  private async onceReplayed(source: string, id: number, take: () => Promise<Receipt>): Promise<Receipt> {
    const name = `${source}\n#${id}`;
    if (this.identities.replayed(source, id) !== null || this.underWay.has(name)) {
      throw new PlumblineError('CONFLICT', `quarantined row ${id} was replayed already`);
    }
    const receipt = take().finally(() => this.underWay.delete(name));
    this.underWay.set(name, { bodyHash: '', receipt });
    return receipt;
  }
}

/** An idempotency key as the log and the index keep it: bounded, whatever the caller chose. */
export function keyDigest(key: string): string {
  return digestOf(key);
}

function sameBody<T extends Pick<KnownDelivery, 'bodyHash'>>(known: T, bodyHash: string, key: string): T {
  if (known.bodyHash === bodyHash) return known;
  throw new PlumblineError(
    'CONFLICT',
    `idempotency key "${key}" came with another body before; send a new key with new rows`,
    { path: 'Idempotency-Key' },
  );
}
