import type { BITS } from '../../operation/bits.js';
import { type BigqueryLowering, sql } from '../bigquery-template.js';

/** Bits of INT64. A shift by negative places would raise. */
export const BIGQUERY_BITS: Readonly<Record<keyof typeof BITS, BigqueryLowering | null>> = {
  bit_and_int64: sql('$0 & $1'),
  bit_or_int64: sql('$0 | $1'),
  bit_xor_int64: sql('$0 ^ $1'),
  bit_not_int64: sql('~$0'),
  shift_left_int64: sql('IF($1 < 0, NULL, $0 << $1)'),
  shift_right_int64: sql('IF($1 < 0, NULL, $0 >> $1)'),
  bit_count_int64: sql('BIT_COUNT($0)'),
};
