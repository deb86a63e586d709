/** Rows for a source, as an Arrow stream of its very columns. */
type DoorRequest = {
  readonly project: string;
  readonly source: string;
  readonly rows: { readonly format: 'arrow'; readonly bytes: Buffer };
  /** Makes the same rows once more the same delivery (S11). */
  readonly idempotencyKey: string;
};

/** The door by which predictions become rows of a source. */
export interface RowDoor {
  /** Durable and visible when it resolves; throws what a push throws. */
  push(request: DoorRequest): Promise<unknown>;
}

export const ROW_DOOR = Symbol('RowDoor');
