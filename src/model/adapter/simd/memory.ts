/** Hands out memory, one part after the other, at multiples of 16 bytes. */
export class Arena {
  bytes = 0;

  /** The address of so many float32 numbers. */
  take(floats: number): number {
    const address = this.bytes;
    this.bytes += Math.ceil(floats / 4) * 16;
    return address;
  }

  /** Takes back everything behind an address. */
  rewind(bytes: number): void {
    this.bytes = bytes;
  }
}

/** A width filled up to whole vectors of four numbers. */
export function filled(width: number): number {
  return Math.ceil(width / 4) * 4;
}

/** Copies rows of `width` numbers to rows that lie `stride` apart. */
export function copyRows(
  from: Float32Array,
  width: number,
  { to, stride, rows }: { readonly to: Float32Array; readonly stride: number; readonly rows: number },
): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) to[row * stride + i] = from[row * width + i]!;
  }
}
