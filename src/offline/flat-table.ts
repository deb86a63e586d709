/**
 * A table of a FlatBuffer whose every access is checked against the buffer. Arrow's JavaScript reader trusts what it reads:
 * a wrong count makes it loop for minutes. Format: https://flatbuffers.dev/internals. Every access throws RangeError.
 */
export class FlatTable {
  private constructor(
    private readonly view: DataView,
    private readonly at: number,
  ) {}

  /** The root table of a buffer. */
  static rootOf(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  byte(field: number): number {
    const at = this.place(field);
    return at === null ? 0 : this.view.getUint8(at);
  }

  long(field: number): bigint {
    const at = this.place(field);
    return at === null ? 0n : this.view.getBigInt64(at, true);
  }

  table(field: number): FlatTable | null {
    const at = this.place(field);
    return at === null ? null : new FlatTable(this.view, this.follow(at));
  }

  tables(field: number): readonly FlatTable[] {
    const { start, count } = this.vector(field, 4);
    return Array.from({ length: count }, (_, i) => new FlatTable(this.view, this.follow(start + 4 * i)));
  }

  /** Pairs of 64-bit numbers. */
  pairs(field: number): readonly (readonly [bigint, bigint])[] {
    const { start, count } = this.vector(field, 16);
    return Array.from({ length: count }, (_, i) => [
      this.view.getBigInt64(start + 16 * i, true),
      this.view.getBigInt64(start + 16 * i + 8, true),
    ]);
  }

  /** Checks that a vector of bytes, a string for example, lies within the buffer. */
  requireBytes(field: number): void {
    this.vector(field, 1);
  }

  private vector(field: number, itemBytes: number): { readonly start: number; readonly count: number } {
    const at = this.place(field);
    if (at === null) return { start: 0, count: 0 };
    const vector = this.follow(at);
    const count = this.view.getUint32(vector, true);
    if (vector + 4 + count * itemBytes > this.view.byteLength)
      throw new RangeError('a list ends behind its end');
    return { start: vector + 4, count };
  }

  private follow(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  /** Where a field lies, by the table's own list of places; null when it is absent. */
  private place(field: number): number | null {
    const list = this.at - this.view.getInt32(this.at, true);
    const entry = 4 + 2 * field;
    if (entry >= this.view.getUint16(list, true)) return null;
    const offset = this.view.getUint16(list + entry, true);
    return offset === 0 ? null : this.at + offset;
  }
}
