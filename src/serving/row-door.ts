/** Rows for a source. */
type DoorRequest = {
  readonly project: string;
  readonly source: string;
  readonly rows: DoorRows;
  /** Makes the same rows once more the same delivery (S11). */
  readonly idempotencyKey?: string;
  /** Whether rows that break a rule of the source are set aside, each with its reasons, and stop no other; or refuse them all. */
  readonly invalid: 'quarantine' | 'refuse';
};

/** An Arrow stream of the source's very columns; or values of a JSON body by column, all of one length. */
type DoorRows =
  | { readonly format: 'arrow'; readonly bytes: Buffer }
  | { readonly format: 'columns'; readonly columns: ReadonlyMap<string, readonly unknown[]> };

/** What became of delivered rows, by their number; the same for the same delivery. */
export type DoorReceipt = {
  readonly accepted: number;
  /** Broke a rule of the source: they are in its quarantine. */
  readonly quarantined: number;
  /** Ahead of the clock, of a source that holds such rows until they are due (S14). */
  readonly held: number;
};

/** The door by which predictions, and pushes in the protocols of others, become rows of a source. */
export interface RowDoor {
  /** Durable and visible when it resolves; throws what a push throws. */
  push(request: DoorRequest): Promise<DoorReceipt>;
}

export const ROW_DOOR = Symbol('RowDoor');
