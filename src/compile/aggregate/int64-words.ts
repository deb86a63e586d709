/**
 * The halves of a column of 64-bit integers, so that none is made a bigint: two elements a value, the low one first, each
 * signed. The view of the last column asked for is kept, because rows of one column come one after the other.
 */
export class Int64Words {
  private values: BigInt64Array | null = null;
  private words: Int32Array = new Int32Array(0);

  of(values: BigInt64Array): Int32Array {
    if (values !== this.values) {
      this.words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
      this.values = values;
    }
    return this.words;
  }
}
