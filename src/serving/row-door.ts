/** Rows for a source, as an Arrow stream of its very columns. */
type DoorRequest = {
  readonly project: string;
  readonly source: string;
  readonly rows: { readonly format: 'arrow'; readonly bytes: Buffer };
  /** Makes the same rows once more the same delivery (S11). */
  readonly idempotencyKey: string;
  /** Rows that break a rule of the source are set aside, each with its reasons, and stop no other. */
  readonly invalid: 'quarantine';
};

/** What became of delivered rows, by their number; the same for the same delivery. */
export type DoorReceipt = {
  readonly accepted: number;
  /** Broke a rule of the source: they are in its quarantine. */
  readonly quarantined: number;
  /** Ahead of the clock, of a source that holds such rows until they are due (S14). */
  readonly held: number;
};

/** The door by which predictions become rows of a source. */
export interface RowDoor {
  /** Durable and visible when it resolves; throws what a push throws. */
  push(request: DoorRequest): Promise<DoorReceipt>;
}

export const ROW_DOOR = Symbol('RowDoor');
