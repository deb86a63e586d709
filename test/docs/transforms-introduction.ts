/** What stands before the generated part of the reference of preprocessing functions. */
export const TRANSFORMS_INTRODUCTION = `# Transforms

A transform turns features into the numbers that a model takes. It is part of the model: a list of outputs, each an expression of
[the language](language.md) in which the preprocessing functions of BigQuery ML may stand, under their own names (\`ML.\` before them is
optional) and with their own meaning. What they learn they learn from the training split alone; it becomes part of the model version, and
training, batch prediction, online prediction and a reloaded bundle apply it by the same code to the same bits. This page is made from the
table of preprocessing functions (\`src/compile/fitted/table.ts\`); its examples are run by the tests.

\`\`\`yaml
transform:
  - { name: distance, expression: "STANDARD_SCALER(IMPUTER(schedule__distance, 'mean') OVER ()) OVER ()" }
  - { name: carrier,  expression: "ONE_HOT_ENCODER(schedule__carrier) OVER ()" }
  - { name: tail,     expression: "HASH_BUCKETIZE(tailnum, 512)" }
  - { name: is_rain,  expression: "weather__rain > 0" }
\`\`\`

**Outputs** are BOOL, INT64 or FLOAT64: one number, rounded to float32 (BOOL is 0 or 1; what is beyond float32 becomes its greatest); or
ARRAY<FLOAT64>, an embedding for instance: as many numbers as the arrays of the training split have, which must all be as long; or a function that
encodes: indicators, one index, or the numbers of terms. All outputs stand one after the other in one vector, so several representations of one
input are several outputs. A number of the vector is a **slot**: \`number\`, \`indicator\` (0 or 1) or \`index\` (a category's number, for an
embedding). A text is no model input: it is encoded, or measured by \`LENGTH(s)\` and \`ARRAY_LENGTH(TOKENS(s))\`.

**NULL** in an output of numbers is replaced by the mean of that output over the training split, 0 if it had no value there; of an array element by
element. Indicators have one for NULL; an index has a value for it. So a model input is never missing, never NaN and never infinite.

**\`OVER ()\`** stands behind functions that learn, over all training rows; the others refuse it. Functions may stand in one another and in
larger expressions; those whose result is a vector are the whole expression of an output.

**\`OVER (PARTITION BY key)\`** behind STANDARD_SCALER, MIN_MAX_SCALER and MAX_ABS_SCALER: a row is scaled by the statistics of its key, a STRING expression
(of several columns \`CONCAT\`), of at most ${'100,000'} keys. A key that is NULL or that had no value in training has no statistics: the result is NULL,
and so the mean of the output in the vector; \`unseen => 'global'\` takes the statistics of all rows, \`unseen => 'unchanged'\` x itself.

**Types** are checked when the model is registered. Scalers and bucketizers take INT64 or FLOAT64, encoders STRING: a number that is a category is
made one by \`CAST(n AS STRING)\`.

**Options** are literals. BigQuery ML's own stand in its order or by name, \`top_k => 100\`; those of other dialects by name only. Left out, BigQuery
ML's meaning holds.

| where the field disagrees | BigQuery ML, the default | TFX Transform | NumPy, scikit-learn |
|---|---|---|---|
| standard deviation | n − 1 | \`deviation => 'population'\` | \`deviation => 'population'\` |
| beyond the range of training | clamped to 0 and 1 | \`clamp => FALSE\` | \`clamp => FALSE\` |
| a column of one value, standard | 0 | \`constant => 'difference'\` | 0 |
| a column of one value, min-max | 0 | \`constant => 'sigmoid'\` | 0 |
| quantiles | the ⌈q n⌉-th value | \`quantiles => 'upper'\` | \`quantiles => 'interpolated'\` |
| names of buckets | \`bin_1\`, … | \`output_format => 'bucket_index'\` | \`output_format => 'bucket_index'\` |
| order of a vocabulary | by code points | \`vocabulary_order => 'frequency'\` | by code points |
| unknown categories | 0 | \`oov => -1\`, \`oov_buckets => k\` | |
| a key that training had not | NULL | \`unseen => 'unchanged'\` | |
| frequency threshold | 5 | \`frequency_threshold => 1\` | \`frequency_threshold => 1\` |
| inverse document frequency | ln(1 + N / (1 + df)) | \`idf => 'smooth'\` | |

**Fitting** streams the training rows once, and once more for each function that learns from one that learns; an IMPUTER within another costs
nothing, because what it fills in is added to the other's counts (not to those of keys). Sums are exact and rounded once, quantiles are order statistics of all values (held, 8 bytes
each but for small whole numbers), vocabularies count every category. So the state is the same for any split of the rows into chunks, in any order, at once or in parts that are
merged, and rows of other splits change nothing. What replaces NULL comes of the same pass where an output learns nothing or is a scaler as
a whole (the exact mean of the scaled values, before they are rounded); of any other output it takes a last pass.

**Limits**: ${'10,000'} slots an output. A column of more categories wants a lower \`top_k\`, or one index by LABEL_ENCODER or HASH_BUCKETIZE and an
embedding of it.`;

/** Behind the functions: those that stand for several expressions. */
export const EXPANSIONS_TEXT = `## Several outputs at once

FEATURE_CROSS and POLYNOMIAL_EXPAND take a \`STRUCT(a, b AS c, …)\` of at most 10 features, each named by its column or by AS. They stand for one expression
a field of BigQuery ML's result: an output that holds one becomes several outputs, \`name_field\`, and what stands around it is computed of each. With one
field it stays one output, so they may stand wherever a value may. They learn nothing and take no \`OVER ()\`.

### FEATURE_CROSS

\`FEATURE_CROSS(STRUCT(…)[, degree = 2])\`

Every combination of 2 to \`degree\` (at most 4) different STRING features, joined by \`_\`. NULL if one of them is NULL.

### POLYNOMIAL_EXPAND

\`POLYNOMIAL_EXPAND(STRUCT(…)[, degree = 2])\`

Every product of 1 to \`degree\` (at most 4) numeric features, a feature possibly several times, as FLOAT64.`;
