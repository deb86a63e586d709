import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL, flightModel } from '../../../test/support/flight-model.js';
import { flightRows } from '../../../test/support/flight-rows.js';
import type { ModelDocument } from '../../definition/document.js';
import type { PlumblineError, Problem } from '../../definition/error.js';
import { TransformFitting } from '../fit-transform.js';
import { type FittedConstants, fittedConstants } from './bigquery-constant.js';
import { type BigqueryModelTarget, bigqueryModel } from './bigquery-model.js';

const TARGET: BigqueryModelTarget = {
  model: 'project.dataset.delay',
  table: 'project.dataset.flights',
  time: 'as_of',
  boundary: 'exclusive',
  trained: null,
};

/** Without functions inside of functions. */
const FLAT: ModelDocument['transform'] = FLIGHT_MODEL.transform.map((output) =>
  output.name === 'temp' ? { ...output, expression: 'STANDARD_SCALER(weather__temp) OVER ()' } : output,
);

const sqlOf = (changes: Partial<ModelDocument>, target: Partial<BigqueryModelTarget> = {}): string => {
  const model = flightModel({ transform: FLAT, ...changes });
  const { functions, statement } = bigqueryModel(model, { ...TARGET, ...target });
  return [...functions, statement].map((each) => `${each};\n`).join('\n');
};

const problemsOf = (changes: Partial<ModelDocument>): readonly Problem[] => {
  try {
    sqlOf(changes);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'NOT_EXPORTABLE' });
    return (error as PlumblineError).details['problems'] as readonly Problem[];
  }
};

/** Names follow the code of functions, which a reader of the golden file does not review here. */
const readable = (text: string): string =>
  text.replace(/(plumbline_\w+?)_[0-9a-f]{12}\b/g, '$1_…').replace(/AS r"""[\s\S]*?"""/g, 'AS r"""…"""');

describe('a model for BigQuery ML', () => {
  it('reads as reviewed', async () => {
    const trained = { version: 3, constants: constantsOf() };
    const wide = {
      label: { expression: 'late_minutes', columns: FLIGHT_MODEL.label.columns, scale: 'STANDARD_SCALER' },
      split: { validateFrom: '2013-09-30T20:00:00Z', evaluateFrom: '2013-10-01T00:00:00Z' },
      trainer: {
        kind: 'wideAndDeep',
        task: 'regression',
        wide: ['sky'],
        hiddenLayers: [16, 8],
        activation: 'tanh',
        earlyStopping: { patience: 2 },
      },
    } as const;
    const perceptron = {
      transform: [
        ...FLAT,
        { name: 'far', expression: 'LN(distance) + STANDARD_SCALER(SQRT(distance)) OVER ()' },
      ],
      trainer: { kind: 'multiLayerPerceptron', classWeights: { true: 2.5, false: 1 }, l2: 0.001 },
      postprocess: { threshold: 0.4, labels: { true: 'late', false: 'on time' } },
    } as const;
    const texts = [
      sqlOf({ transform: FLIGHT_MODEL.transform }, { trained, boundary: 'inclusive' }),
      sqlOf(perceptron),
      sqlOf(wide),
    ];
    await expect(`${texts.map(readable).join('\n\n')}`).toMatchFileSnapshot(
      '../../../test/golden/models.bigquery.sql',
    );
  });

  it('refuses a function inside a function with its place and the remedy', () => {
    expect(() => sqlOf({ transform: FLIGHT_MODEL.transform })).toThrow(
      expect.objectContaining({
        code: 'NOT_EXPORTABLE',
        details: {
          problems: [
            { path: '/transform/0/expression', message: expect.stringContaining('name a trained version') },
          ],
        },
      }),
    );
  });

  it('tells functions apart that differ in their options only', () => {
    const scaled = (imputer: string): string => `STANDARD_SCALER(${imputer} OVER ()) OVER ()`;
    const transform = [
      { name: 'usual', expression: scaled("IMPUTER(weather__temp, 'median')") },
      { name: 'upper', expression: scaled("IMPUTER(weather__temp, 'median', quantiles => 'upper')") },
      { name: 'mean', expression: scaled("IMPUTER(weather__temp, 'mean')") },
    ];
    const constants = constantsOf({ transform });
    const sql = sqlOf({ transform: transform.toReversed() }, { trained: { version: 1, constants } });
    const [usual, upper, mean] = [...constants.values()].flatMap(({ state }) =>
      state.function === 'IMPUTER' ? [state.value] : [],
    );
    expect(new Set([usual, upper, mean]).size).toBe(3);
    for (const [name, value] of Object.entries({ usual, upper, mean }))
      expect(sql).toContain(
        `ML.STANDARD_SCALER((COALESCE(\`weather__temp\`, ${value}))) OVER () AS \`${name}\``,
      );
    const others = [{ name: 'x', expression: scaled("IMPUTER(weather__temp, 'most_frequent')") }];
    expect(() => sqlOf({ transform: others }, { trained: { version: 1, constants } })).toThrow(
      'IMPUTER stands',
    );
  });

  it.each([
    [
      "STANDARD_SCALER(LN(IMPUTER(distance, 'mean') OVER ())) OVER ()",
      /ML\.STANDARD_SCALER\(`computed__1`\) OVER \(\) AS `x`/,
      /plumbline_ln_float64_\w+\(\(COALESCE\(.*, 1006\.66\)\)+ AS `computed__1`/,
    ],
    ["LN(IMPUTER(distance, 'mean') OVER ())", / {2}`computed__1` AS `x`/, /COALESCE\(.* AS `computed__1`/],
    [
      "ARRAY_LENGTH(SPLIT(IMPUTER(weather__sky, 'most_frequent') OVER (), ' '))",
      /UNNEST\(SPLIT\(\(?COALESCE\(`weather__sky`, 'clear'\)/,
      /AS `x`/,
    ],
  ])('puts what an IMPUTER learnt where no analytic function stands: %s', (expression, ...parts) => {
    const transform = [{ name: 'x', expression }];
    const sql = sqlOf({ transform }, { trained: { version: 1, constants: constantsOf({ transform }) } });
    for (const part of parts) expect(sql).toMatch(part);
    expect(sql).toContain('What version 1 learnt');
  });

  it.each([
    [
      'ARRAY_LENGTH(SPLIT(QUANTILE_BUCKETIZE(distance, 3) OVER (), CAST(vip AS STRING)))',
      'QUANTILE_BUCKETIZE stands inside split_string_delimiter, which BigQuery carries by a subquery',
    ],
    [
      'LN(STANDARD_SCALER(distance) OVER ())',
      'STANDARD_SCALER stands inside ln_float64, a JavaScript function',
    ],
  ])('refuses %s', (expression, message) => {
    const transform = [{ name: 'x', expression }];
    expect(() =>
      sqlOf({ transform }, { trained: { version: 1, constants: constantsOf({ transform }) } }),
    ).toThrow(message);
  });

  it('refuses a JavaScript function of what is learnt', () => {
    const transform = [{ name: 'x', expression: 'LN(STANDARD_SCALER(distance) OVER ())' }];
    expect(() => sqlOf({ transform })).toThrow('JavaScript function');
  });

  it.each([
    [
      [
        'vip',
        "FEATURE_CROSS(STRUCT(weather__sky AS a, weather__sky AS b, weather__sky AS c), 2) = 'x'",
        'vip',
      ],
      [],
    ],
    [
      [
        'POLYNOMIAL_EXPAND(STRUCT(weather__temp AS a, distance AS b), 2)',
        'TF_IDF(TOKENS(weather__sky)) OVER ()',
      ],
      [['/transform/1/expression', /^TOKENS is no function of BigQuery ML/]],
    ],
    [
      ['MIN_MAX_SCALER(distance) OVER (PARTITION BY weather__sky)'],
      [['/transform/0/expression', /^MIN_MAX_SCALER OVER \(PARTITION BY …\) is no function of BigQuery ML/]],
    ],
    [
      [
        'vip',
        "ONE_HOT_ENCODER(UPPER(FEATURE_CROSS(STRUCT(weather__sky, ARRAY_TO_STRING(TOKENS(weather__sky), ' ') AS b, weather__sky AS c), 2))) OVER ()",
      ],
      [['/transform/1/expression', /^upper_string is a JavaScript function/]],
    ],
    [
      ['BUCKETIZE(distance, [7], TRUE)', "BUCKETIZE(distance, [7], TRUE, 'bucket_index')"],
      [0, 1].map((at) => [
        `/transform/${at}/expression`,
        /^BUCKETIZE leaves out the boundaries of one split/,
      ]),
    ],
    [
      [
        "ONE_HOT_ENCODER(weather__sky, 'none', 1000000) OVER ()",
        'LABEL_ENCODER(weather__sky, 999999) OVER ()',
      ],
      [['/transform/0/expression', /^ONE_HOT_ENCODER takes top_k up to 999999 in BigQuery ML, not 1000000$/]],
    ],
  ])('names what was written: %j', (texts, problems) => {
    const transform = texts.map((expression, index) => ({ name: `o${index}`, expression }));
    expect(problemsOf({ transform })).toEqual(
      problems.map(([path, message]) => ({ path, message: expect.stringMatching(message as RegExp) })),
    );
  });

  it('refuses names that BigQuery cannot tell apart, and longer ones than it takes', () => {
    const long = ['a', 'b', 'c', 'd'].map((letter) => `distance AS ${letter.repeat(63)}`).join(', ');
    const requestInputs = ['distance', 'Distance', 'AS_OF'].map((name) => ({ name, type: 'INT64' }) as const);
    const transform = [
      { name: 'far', expression: 'distance' },
      { name: 'Far', expression: 'AS_OF + 1' },
      { name: 'x'.repeat(63), expression: `POLYNOMIAL_EXPAND(STRUCT(${long}), 4)` },
    ];
    const label = { ...FLIGHT_MODEL.label, expression: 'late_minutes >= Distance' };
    const different = (a: string, b: string) =>
      expect.stringContaining(`"${a}" and "${b}" differ in case only`);
    const problems = problemsOf({ transform, label, requestInputs });
    expect(new Set(problems.map(({ path }) => path)).size).toBe(4);
    expect(problems.filter(({ path }) => path !== '/transform/2/name')).toEqual([
      { path: '/transform/1/name', message: different('far', 'Far') },
      { path: '/transform/1/expression', message: different('as_of', 'AS_OF') },
      { path: '/label/expression', message: different('distance', 'Distance') },
    ]);
    expect(problems.at(0)?.message).toMatch(/ is 3\d\d characters; a column of BigQuery has 300 at most/);
  });

  it('keeps its own columns apart from those of a definition', () => {
    const transform = [
      { name: 'label', expression: 'distance' },
      { name: 'is_evaluation', expression: 'vip' },
    ];
    const sql = sqlOf({ transform });
    expect(sql).toContain("INPUT_LABEL_COLS = ['label_']");
    expect(sql).toContain("DATA_SPLIT_COL = 'is_evaluation_'");
  });
});

function constantsOf(changes: Partial<ModelDocument> = {}): FittedConstants {
  const { transform, transformInputs } = flightModel(changes);
  const fitting = new TransformFitting(transform, transformInputs);
  const rows = flightRows(0, 500);
  while (!fitting.done) {
    fitting.add(rows, new BigInt64Array(rows.rowCount));
    fitting.finishPass();
  }
  return fittedConstants(transform, fitting.result().nodes);
}
