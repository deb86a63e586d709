import { PlumblineError } from '../../src/definition/error.js';
import { parseJsonLossless } from '../../src/definition/json-value.js';
import { SCALAR_TYPES, type ScalarType } from '../../src/definition/value-type.js';
import { parseInferenceRequest } from '../../src/serving/inference-request.js';
import { fitted, rowsOf } from './fit-output.js';
import type { OddInput } from './odd-inputs.js';

/** A value as JSON writes it, and the types of model inputs that take it (S4); the others refuse it. */
type Sent = readonly [json: string, taken: readonly ScalarType[]];

const SENT: readonly Sent[] = [
  ['null', SCALAR_TYPES],
  ['true', ['BOOL']],
  ['0', ['INT64', 'FLOAT64']],
  ['1.0', ['INT64', 'FLOAT64']],
  ['1.5', ['FLOAT64']],
  ['-9223372036854775808', ['INT64', 'FLOAT64']],
  ['9223372036854775808', ['FLOAT64']],
  ['9007199254740992.5', ['FLOAT64']],
  ['1e308', ['FLOAT64']],
  ['""', ['STRING', 'BYTES']],
  ['"7"', ['INT64', 'STRING']],
  ['"07"', ['STRING']],
  ['" 7"', ['STRING']],
  ['"9223372036854775808"', ['STRING']],
  ['"1.5"', ['STRING']],
  ['"true"', ['STRING', 'BYTES']],
  ['"NaN"', ['FLOAT64', 'STRING']],
  ['"-Infinity"', ['FLOAT64', 'STRING']],
  ['"nan"', ['STRING']],
  ['"AQI="', ['STRING', 'BYTES']],
  ['"AQI"', ['STRING']],
  ['"\\ud800"', []],
  ['"2024-02-29"', ['STRING', 'DATE']],
  ['"2023-02-29"', ['STRING']],
  ['"2024-02-29T12:00:00Z"', ['STRING', 'TIMESTAMP']],
  ['"2024-02-29T12:00:00"', ['STRING']],
  ['[]', []],
  ['[1]', []],
  ['[null]', []],
  ['{}', []],
  ['{"value": 1}', []],
];

/** The protocol's datatype of each type, a value of it, and what a transform makes of it. */
const INPUTS: Record<ScalarType, readonly [datatype: string, good: string, expression: string]> = {
  BOOL: ['BOOL', 'false', 'x'],
  INT64: ['INT64', '3', 'STANDARD_SCALER(x) OVER ()'],
  FLOAT64: ['FP64', '3.5', 'MIN_MAX_SCALER(x) OVER ()'],
  STRING: ['BYTES', '"a"', 'LENGTH(x)'],
  BYTES: ['BYTES', '"AQ=="', 'LENGTH(x)'],
  TIMESTAMP: ['BYTES', '"2024-01-01T00:00:00Z"', 'UNIX_MICROS(x)'],
  DATE: ['BYTES', '"2024-01-01"', 'UNIX_DATE(x)'],
};

/** Other datatypes, and what is none. */
const DATATYPES = [
  '"BOOL"',
  '"INT64"',
  '"FP64"',
  '"BYTES"',
  '"INT32"',
  '"FP32"',
  '"FLOAT64"',
  '64',
  'null',
  '[]',
];

/** Request values of every type for inputs of every type: taken by S4, and then finite numbers, or refused by their place. */
export const WRONG_TYPES: readonly OddInput[] = SCALAR_TYPES.flatMap((type) => [
  ...SENT.map(([json, taken]) => ({
    name: `${json} for ${type}`,
    run: () => (taken.includes(type) ? givesFinite(type, json) : isRefused(type, { json })),
  })),
  ...DATATYPES.filter((datatype) => datatype !== `"${INPUTS[type][0]}"`).map((datatype) => ({
    name: `datatype ${datatype} for ${type}`,
    run: () => isRefused(type, { datatype }),
  })),
]);

type Odd = { readonly json?: string; readonly datatype?: string };

/** A request of two rows as it is read from its text: a good one, and behind it the odd one. */
function request(type: ScalarType, odd: Odd) {
  const [datatype, good] = INPUTS[type];
  const data = `[${good}, ${odd.json ?? good}]`;
  const tensor = `{"name": "x", "shape": [2], "datatype": ${odd.datatype ?? `"${datatype}"`}, "data": ${data}}`;
  const body = parseJsonLossless(`{"inputs": [${tensor}]}`);
  return parseInferenceRequest(body, { inputs: [{ name: 'x', type }], outputs: ['label'] }).inputs;
}

function givesFinite(type: ScalarType, json: string): string | null {
  const rows = request(type, { json });
  const transform = fitted({ o: INPUTS[type][2] }, [request(type, {})]);
  const odd = rowsOf(transform, rows)
    .flat()
    .find((number) => !Number.isFinite(number));
  return odd === undefined ? null : `gives ${odd}`;
}

function isRefused(type: ScalarType, odd: Odd): string | null {
  const place = odd.datatype === undefined ? '/inputs/0/data/1' : '/inputs/0/datatype';
  try {
    request(type, odd);
    return 'was not refused';
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    const isRight = error.code === 'INVALID_REQUEST' && error.details.path === place;
    return isRight ? null : `${error.code} at ${error.details.path}: ${error.message}`;
  }
}
