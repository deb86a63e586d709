import { PlumblineError } from '../definition/error.js';

/** Formats a batch file may have. */
export const FILE_FORMATS = ['parquet', 'csv', 'ndjson', 'arrow'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** How a CSV or NDJSON file may be compressed. */
export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export type FileKind = { readonly format: FileFormat; readonly compression: Compression };

/** What a caller may say of a file beside its name. */
export type SaidKind = { readonly format?: FileFormat; readonly compression?: Compression };

/** What the caller says of a file, else what its name tells. Throws INVALID_FILE. */
export function kindOf(path: string, said: SaidKind): FileKind {
  const compression = said.compression ?? compressionOf(path);
  const format = said.format ?? formatOf(path);
  if (compression !== 'none' && (format === 'parquet' || format === 'arrow')) {
    const message = `"${path}" is ${format} in ${compression}; decompress it first, only csv and ndjson are read compressed`;
    throw new PlumblineError('INVALID_FILE', message, { path: '/compression' });
  }
  return { format, compression };
}

const FORMAT_OF_SUFFIX: Readonly<Record<string, FileFormat>> = {
  parquet: 'parquet',
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
};

const COMPRESSION_OF_SUFFIX: Readonly<Record<string, Compression>> = {
  gz: 'gzip',
  gzip: 'gzip',
  zst: 'zstd',
  zstd: 'zstd',
};

function compressionOf(path: string): Compression {
  return COMPRESSION_OF_SUFFIX[suffixOf(path)] ?? 'none';
}

function formatOf(path: string): FileFormat {
  const suffix = suffixOf(path);
  const inner = suffix in COMPRESSION_OF_SUFFIX ? path.slice(0, -suffix.length - 1) : path;
  const format = FORMAT_OF_SUFFIX[suffixOf(inner)];
  if (format !== undefined) return format;
  throw new PlumblineError(
    'INVALID_FILE',
    `the name of "${path}" tells no format; say "format", one of ${FILE_FORMATS.join(', ')}`,
    { path: '/path' },
  );
}

function suffixOf(path: string): string {
  return /\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
