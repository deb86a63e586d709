import { DuckDBBlobVector, type DuckDBVarCharVector } from '@duckdb/node-api';

/**
 * Reads the texts of a vector. The client's own decoder drops a leading U+FEFF; texts lie in memory as blobs do, so they are
 * read as blobs (S2). Short ones are remembered, because categories come again and again: decoding costs ten times as much
 * as finding one, and what counts them finds the same string object, whose hash is known.
 */
export function textReader(text: DuckDBVarCharVector): (row: number) => string | null {
  const { dataView, validity, vector } = text as unknown as TextParts;
  const blobs = new DuckDBBlobVector(dataView, validity, vector, 0, text.itemCount);
  return (row) => {
    if (!validity.itemValid(row)) return null;
    const at = row * BYTES_A_TEXT;
    const length = dataView.getUint32(at, true);
    return length > MOST_INLINE ? UTF8.decode(blobs.getItemBytes(row)!) : shortText(dataView, at, length);
  };
}

type TextParts = {
  readonly dataView: DataView;
  readonly validity: ConstructorParameters<typeof DuckDBBlobVector>[1];
  readonly vector: ConstructorParameters<typeof DuckDBBlobVector>[2];
};

/** `string_t` of DuckDB: four bytes of length, then up to 12 of text; of a longer one its first four and where it lies. */
const BYTES_A_TEXT = 16;
const MOST_INLINE = 12;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Length and bytes of the text in each place, and the text: one place for each hash, the latest text stays. */
const PLACES = 16_384;
const WORDS = new Uint32Array(4 * PLACES);
const TEXTS = new Array<string>(PLACES).fill('');

function shortText(view: DataView, at: number, length: number): string {
  const a = view.getUint32(at + 4, true);
  const b = view.getUint32(at + 8, true);
  const c = view.getUint32(at + 12, true);
  const place = placeOf(a, b, c ^ length);
  const word = 4 * place;
  if (WORDS[word] === length && WORDS[word + 1] === a && WORDS[word + 2] === b && WORDS[word + 3] === c) {
    return TEXTS[place]!;
  }
  const decoded = UTF8.decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, length));
  WORDS[word] = length;
  WORDS[word + 1] = a;
  WORDS[word + 2] = b;
  WORDS[word + 3] = c;
  TEXTS[place] = decoded;
  return decoded;
}

/** Mixes three words. Source of the constants: MurmurHash3 (A. Appleby). */
function placeOf(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0xcc9e2d51) ^ Math.imul(b, 0x1b873593) ^ Math.imul(c, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}
