/** Formats in which frames come and go: `json` is one document `{ "rows": [ {…} ] }`, `ndjson` an object a line. */
export const FRAME_FORMATS = ['parquet', 'arrow', 'csv', 'json', 'ndjson'] as const;

export type FrameFormat = (typeof FRAME_FORMATS)[number];
