/** Rows of a row group: DuckDB's own choice. */
export const ROW_GROUP_ROWS = 122_880;

/**
 * Spelt out, so that the same rows are the same bytes whatever the defaults of a DuckDB are (S19); threads do not show in
 * them. Snappy takes two thirds of the processor time that zstd does.
 */
export const PARQUET_SETTINGS = `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}`;
