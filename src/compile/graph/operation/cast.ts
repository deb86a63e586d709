import type { CAST } from '../../operation/cast.js';
import { decimalText } from '../graph-decimal.js';
import { CARRIED, type GraphLowering } from '../graph-lowering.js';

/** Texts, bytes and times are no tensors of numbers. */
const NO_NUMBER = null;

/** Conversions; null where the graph refuses the operation, with the reason beside it. */
export const GRAPH_CAST: Readonly<Record<keyof typeof CAST, GraphLowering | null>> = {
  cast_int64_bool: {
    takes: CARRIED,
    lower: (values, [value]) => values.truth(values.compare('NotEqual', value!, values.zero), [value!]),
  },
  cast_int64_float64: same(),
  cast_int64_string: {
    takes: ['INT64', 'STRING'],
    lower: (values, [value], _, texts) => decimalText(values, value!, texts),
  },
  /** An INT64 has 64 bits, a float32 24. */
  cast_float64_int64: null,
  cast_float64_string: NO_NUMBER,
  cast_bool_int64: same(),
  cast_bool_string: {
    takes: ['BOOL', 'STRING'],
    lower: (values, [value], _, { codeOf }) => {
      const [yes, no] = ['true', 'false'].map((text) => values.builder.number(codeOf(text)));
      return values.unlessMissing(values.choose(values.isTrue(value!), yes!, no!), [value!]);
    },
  },
  cast_string_bool: NO_NUMBER,
  cast_string_int64: NO_NUMBER,
  cast_string_float64: NO_NUMBER,
  cast_string_bytes: NO_NUMBER,
  cast_string_date: NO_NUMBER,
  cast_string_timestamp: NO_NUMBER,
  cast_bytes_string: NO_NUMBER,
  cast_date_string: NO_NUMBER,
  cast_date_timestamp: NO_NUMBER,
  cast_timestamp_string: NO_NUMBER,
  cast_timestamp_date: NO_NUMBER,
};

/** The same float32. */
function same(): GraphLowering {
  return { takes: CARRIED, lower: (_, [value]) => value! };
}
