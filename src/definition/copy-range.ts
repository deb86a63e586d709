/** Some bytes, the last one not included. */
export type ByteRange = { readonly start: number; readonly end: number };

/** Copies a range to where `at` says. Few bytes go one by one: a view and a call of the engine take longer. */
export function copyRange(from: Uint8Array, { start, end }: ByteRange, to: Uint8Array, at: number): void {
  if (end - start > FEW_BYTES) to.set(from.subarray(start, end), at);
  else for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
}

const FEW_BYTES = 64;
