/** Media types in which a frame travels, on the routes that take one ({@link TakesFrame}). */
export const FRAME_MEDIA_TYPES = [
  'application/vnd.apache.arrow.stream',
  'application/vnd.apache.parquet',
  'text/csv',
  'application/json',
  'application/x-ndjson',
] as const;

export type FrameMediaType = (typeof FRAME_MEDIA_TYPES)[number];

/** A frame that a request carried, in a temporary file that is removed once the response has gone out. */
export class UploadedFrame {
  constructor(
    readonly path: string,
    readonly sizeBytes: number,
    readonly mediaType: FrameMediaType,
  ) {}
}

/** A body sent as `application/yaml`. */
export class YamlText {
  constructor(readonly text: string) {}
}

/** Media types in which rows are pushed beside JSON, on the routes that take them ({@link TAKES_ROWS}). */
export const ROW_MEDIA_TYPES = ['application/vnd.apache.arrow.stream', 'application/x-ndjson'] as const;

export type RowMediaType = (typeof ROW_MEDIA_TYPES)[number];

/** Rows that a request carried, as they came. */
export class RowBytes {
  constructor(
    readonly bytes: Buffer,
    readonly mediaType: RowMediaType,
  ) {}
}
