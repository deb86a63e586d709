import {
  ACTIVATIONS,
  CALIBRATIONS,
  type DocumentKind,
  LABEL_SCALERS,
  NAME_PATTERN,
  SCALE_PATTERN,
  SCORE_KINDS,
  TASKS,
  TRAINER_KINDS,
} from '../definition/document.js';
import { DURATION_PATTERN } from '../definition/duration.js';
import { STREAM_FORMATS, TOPIC_PATTERN } from '../definition/stream-document.js';
import { KEY_TYPES, VALUE_TYPES } from '../definition/value-type.js';
import { DIRECTIONS, LIFETIME } from '../definition/window-document.js';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Bounds that keep one document within what is stored, shown and compiled in a moment. */
const MAX_ITEMS = 2_000;
const MAX_TEXT = 20_000;

/** An expression's text may be longer than a description; the checker has the same limit. */
const MAX_EXPRESSION = 65_536;

const text = (description: string): JsonSchema => ({ type: 'string', maxLength: MAX_TEXT, description });
const expression = (description: string): JsonSchema => ({
  type: 'string',
  maxLength: MAX_EXPRESSION,
  description,
});
const name = (description: string): JsonSchema => ({ $ref: '#/$defs/Name', description });
const duration = (description: string): JsonSchema => ({ $ref: '#/$defs/Duration', description });
const version = (description: string): JsonSchema => ({
  type: 'integer',
  minimum: 1,
  maximum: 2 ** 31 - 1,
  description,
});
const list = (items: JsonSchema, description: string): JsonSchema => ({
  type: 'array',
  minItems: 1,
  maxItems: MAX_ITEMS,
  items,
  description,
});
const keyMapping = (description: string): JsonSchema => ({
  type: 'object',
  propertyNames: { $ref: '#/$defs/Name' },
  additionalProperties: { $ref: '#/$defs/Name' },
  description,
});

/** An object whose members ending in `?` are optional; no others are allowed. */
function object(members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const entries = Object.entries(members);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, schema]) => [key.replace(/\?$/, ''), schema])),
    required: entries.map(([key]) => key).filter((key) => !key.endsWith('?')),
    additionalProperties: false,
  };
}

const DOCUMENTATION = {
  'description?': text('What it is, for people.'),
  'owner?': text('Who keeps it.'),
  'tags?': { type: 'array', maxItems: MAX_ITEMS, items: { type: 'string', maxLength: 200 } },
};

const typedName = (what: string): JsonSchema =>
  object({
    name: name(what),
    type: { enum: VALUE_TYPES, description: 'A GoogleSQL type.' },
  });

const ENTITY = object({
  kind: { const: 'Entity' },
  name: name('What features are about.'),
  ...DOCUMENTATION,
  keys: list(
    object({
      name: name('A component of the key.'),
      type: { enum: KEY_TYPES, description: 'What is compared exactly: no FLOAT64, no ARRAY.' },
    }),
    'One or several typed keys, in order.',
  ),
});

const places = (description: string): JsonSchema => ({
  type: 'object',
  maxProperties: MAX_ITEMS,
  propertyNames: { $ref: '#/$defs/Name' },
  additionalProperties: { type: 'string', minLength: 1, maxLength: 1_000 },
  description,
});

const STREAM_KEY: JsonSchema = {
  ...object({
    format: { enum: ['text', 'bytes', 'json'], description: 'What the key of a message is.' },
    'column?': name('Of a text or bytes: the column that takes it whole.'),
    'columns?': places('Of JSON: column to member of the key, or to a JSON pointer into it.'),
  }),
  description: 'Columns that come from the key of a message.',
};

const STREAM: JsonSchema = {
  ...object({
    topic: {
      type: 'string',
      pattern: TOPIC_PATTERN,
      description: 'A topic of the cluster under stream.kafka.',
    },
    'epoch?': version('Raised by one where the topic was made anew under its name; default 1.'),
    'from?': {
      enum: ['earliest', 'latest'],
      description: 'Where the first reading of the topic begins; default earliest.',
    },
    format: { enum: STREAM_FORMATS, description: 'What the value of a message is.' },
    'schema?': { description: 'Avro: the schema that values were written with.' },
    'schemaIds?': {
      ...list(
        { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 },
        'Avro: values name their schema by a number of a schema registry in front (a zero byte and 4 bytes); these mean "schema".',
      ),
    },
    'columns?': places(
      'Column to member of the value, or to a JSON pointer into it; others keep their names.',
    ),
    'key?': STREAM_KEY,
    'timestamp?': name('TIMESTAMP column that takes the time of a message.'),
    'extra?': {
      enum: ['refuse', 'ignore'],
      description: 'Members that the source lacks make a row wrong, or are left out; default refuse.',
    },
    'empty?': {
      enum: ['refuse', 'ignore', 'delete'],
      description:
        'A message without a value is wrong, or nothing, or deletes the entity of its key as of its time; default refuse.',
    },
  }),
  description: 'A Kafka topic that it takes rows from, beside the other doors (docs/engines.md).',
};

const SOURCE = object({
  kind: { const: 'Source' },
  name: name('Rows that arrive together.'),
  ...DOCUMENTATION,
  columns: list(
    object({
      name: name('A column.'),
      type: { enum: VALUE_TYPES, description: 'A GoogleSQL type.' },
      'description?': text('What it holds, in which unit.'),
      'dimension?': {
        type: 'integer',
        minimum: 1,
        maximum: 65_536,
        description: 'Length of every value of an embedding; ARRAY<FLOAT64> only.',
      },
      'scale?': {
        type: 'string',
        pattern: SCALE_PATTERN,
        description:
          'FLOAT64 only: its values are multiples of this decimal, such as "0.01" for cents, and summed as integers.',
      },
    }),
    'Its columns; later versions may only add some.',
  ),
  eventTime: name('TIMESTAMP column: when it happened.'),
  'createdTime?': name('TIMESTAMP column: when it became known.'),
  'knownAfter?': duration(
    'Without createdTime, how long after its event a batch row counts as known; default 0s.',
  ),
  'orderColumn?': name('INT64 column that breaks ties of event and created time.'),
  'tombstone?': name('BOOL column: TRUE makes a row a deletion as of its event time.'),
  'eventId?': name('STRING, INT64 or BYTES column that names an event; the same id again is the same row.'),
  'dedupeFor?': duration('How long an event id is remembered, measured between arrivals; default 7d.'),
  'future?': {
    enum: ['refuse', 'hold'],
    description: 'Rows ahead of the clock are refused, or held until they are due; default refuse.',
  },
  'historyRetention?': duration('Rows with an older event time leave history; default never.'),
  'stream?': STREAM,
});

const span = (description: string): JsonSchema => ({
  type: 'string',
  pattern: `^${LIFETIME}$|${DURATION_PATTERN}`,
  description,
});

/** What a feature has that aggregates windows. */
const WINDOW_FEATURE: Readonly<Record<string, JsonSchema>> = {
  'aggregate?': expression(
    'One aggregate over the rows of a window, such as AVG(dep_delay) or COUNT(*) (docs/windows.md).',
  ),
  'window?': span('A duration such as "1h", how far the window reaches back from T, or "lifetime".'),
  'windows?': list(
    span('A duration such as "1h", or "lifetime".'),
    'Several windows in the place of one; the features are <name>_1h, <name>_1d, …',
  ),
  'hop?': duration('Steps in which the tail of the window moves; "1us" makes it exact.'),
  'offset?': duration('How long before T the window ends; default it ends at T.'),
  'direction?': {
    enum: DIRECTIONS,
    description:
      'Which way from T the window looks; "following" makes the feature a label, T < event time ≤ T + window, for training alone; default preceding.',
  },
  'maturity?': duration(
    'Of a label: how long after the end of its window its rows have all come; default knownAfter of the source, or 0s.',
  ),
  'filter?': expression('A BOOL expression over the columns: only rows where it is TRUE count.'),
  'max?': {
    type: 'integer',
    minimum: 1,
    maximum: 2 ** 31 - 1,
    description: 'Bound of what an aggregate keeps; of an exact window the newest rows it sees.',
  },
  'by?': expression(
    'An expression over the columns whose values are categories, each with an aggregate of its own: <name>_keys and <name>_values.',
  ),
  'maxCategories?': {
    type: 'integer',
    minimum: 1,
    maximum: 2 ** 31 - 1,
    description: 'Categories of "by" at most; of more the features are NULL; default 100.',
  },
};

const FEATURE_SET = object({
  kind: { const: 'FeatureSet' },
  name: name(
    'Features of one entity, from the newest row of one source, of windows of its rows, or over features of other sets.',
  ),
  ...DOCUMENTATION,
  entity: name('A registered entity.'),
  'source?': name('A registered source. Either it or inputs.'),
  'inputs?': list(
    object({
      featureSet: name('A registered feature set.'),
      'alias?': name("Prefix of its features in the expressions; default the feature set's name."),
      'version?': version('Pinned version; default the latest when this set is registered.'),
      'keys?': keyMapping("Key of the input's entity to key of this set's entity, where the names differ."),
    }),
    'The feature sets whose features the expressions read, all as of the same time. Either it or source.',
  ),
  'keys?': keyMapping('Entity key to source column, where the names differ.'),
  features: list(
    object({
      name: name('The feature; without column and expression it copies the column of this name.'),
      'column?': name('The source column it copies.'),
      'expression?': expression(
        'A GoogleSQL expression over the columns of the source, or over <alias>__<feature> of the inputs and AS_OF().',
      ),
      ...WINDOW_FEATURE,
      'default?': { description: 'Replaces a missing value; written as in JSON rows.' },
      'description?': text('What it means, in which unit.'),
    }),
    'Its features, in the order of answers; all of them with an aggregate, or none.',
  ),
  'maxAge?': duration('Older values are EXPIRED.'),
  'retention?': duration('Older rows are NOT_FOUND.'),
  'freshness?': duration('How old the newest row may be before the set counts as stale.'),
});

const FEATURE_SERVICE = object({
  kind: { const: 'FeatureService' },
  name: name('The features of one use.'),
  ...DOCUMENTATION,
  entries: list(
    object({
      featureSet: name('A registered feature set.'),
      'alias?': name("Prefix of its features in an answer; default the feature set's name."),
      'version?': version('Pinned version; default the latest when the service is registered.'),
      'features?': list({ $ref: '#/$defs/Name' }, 'The features it takes, in this order; default all.'),
      'keys?': keyMapping('Entity key to the column of the request or frame, where the names differ.'),
    }),
    'The feature sets it takes features from.',
  ),
  'requestInputs?': {
    ...list(
      typedName('A value the caller sends with a lookup, a column of a frame.'),
      'Values that come with the request.',
    ),
    minItems: 0,
  },
  'expressions?': {
    ...list(
      object({
        name: name('Its column in an answer.'),
        expression: expression(
          'A GoogleSQL expression over <alias>__<feature>, request inputs, expressions before it and AS_OF().',
        ),
        'default?': { description: 'Replaces a missing value; written as in JSON rows.' },
        'description?': text('What it means, in which unit.'),
      }),
      'Values computed from the features of an answer, each as it is made.',
    ),
    minItems: 0,
  },
  'answerLog?': {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description:
      'Share of the keys whose answers are logged for audits; default what the operator configured.',
  },
});

const TRAINER = object({
  kind: { enum: TRAINER_KINDS, description: 'Which model is trained.' },
  'task?': { enum: TASKS, description: 'Of multiLayerPerceptron and wideAndDeep; default by the label.' },
  'epochs?': { type: 'integer', description: 'Passes over the training split; default 10.' },
  'batchSize?': { type: 'integer', description: 'Rows of one step; default 1024.' },
  'learningRate?': { type: 'number', description: 'Of Adam; default 0.01, 0.001 with hidden layers.' },
  'l2?': { type: 'number', description: 'Pulls weights towards 0; default 0.' },
  'seed?': { type: 'integer', description: 'Of the first weights and of the order of rows; default 1.' },
  'hiddenLayers?': list({ type: 'integer' }, 'Widths of the hidden layers; default [64, 32].'),
  'activation?': { enum: ACTIVATIONS, description: 'Of the hidden layers; default relu.' },
  'embeddings?': list(
    object({
      output: name('A transform output that is an index, such as that of LABEL_ENCODER.'),
      dimension: { type: 'integer', description: 'Length of the vector.' },
    }),
    'Indices, each as a vector that is learnt.',
  ),
  'wide?': list(
    { $ref: '#/$defs/Name' },
    'Of wideAndDeep: outputs that act on the prediction without hidden layers.',
  ),
  'classWeights?': {
    type: ['string', 'object'],
    additionalProperties: { type: 'number' },
    description: 'How much a row of a class counts: "balanced", or a number a class; default 1.',
  },
  'earlyStopping?': object({
    patience: { type: 'integer', description: 'Epochs without a fall of the validation loss.' },
    'minDelta?': { type: 'number', description: 'A smaller fall counts as none; default 0.' },
  }),
  'folds?': object({
    count: { type: 'integer', description: 'Blocks of time before evaluateFrom, 2 to 20.' },
    'labelKnownAfter?': duration(
      'How long after its time the label of a row is known; it trains no model of a block that begins earlier. Default 0s, or when windows that the label reads are complete.',
    ),
  }),
  'file?': {
    type: 'string',
    pattern: '^[0-9a-f]{64}$',
    description: 'Of onnx: SHA-256 of the uploaded file.',
  },
  'output?': {
    type: 'string',
    minLength: 1,
    maxLength: 200,
    description: 'Of onnx: the output that holds the scores.',
  },
  'scores?': {
    enum: SCORE_KINDS,
    description: 'Of onnx: what scores of classes are; default probabilities.',
  },
  'classes?': {
    type: 'array',
    items: { type: 'string', maxLength: 10_000 },
    minItems: 2,
    maxItems: 1000,
    description:
      "Of onnx: values of the label as text, in the order of the file's scores; default those of the training split, sorted.",
  },
});

const POSTPROCESS = object({
  'calibration?': {
    enum: CALIBRATIONS,
    description: 'Of classes, several each against the rest: fitted on the validation split; default none.',
  },
  'threshold?': {
    type: ['number', 'string'],
    description:
      'Of two classes: the least probability whose label is true, or maxF1, maxAccuracy, maxYouden; default 0.5.',
  },
  'labels?': {
    type: 'object',
    additionalProperties: { type: 'string', minLength: 1, maxLength: 200 },
    description:
      'What the classes are called in answers: true and false, or a name for a value of the label.',
  },
});

const MODEL = object({
  kind: { const: 'Model' },
  name: name('A model.'),
  ...DOCUMENTATION,
  featureService: name('A registered feature service.'),
  'serviceVersion?': version('Pinned version; default the latest when the model is registered.'),
  'requestInputs?': {
    ...list(typedName('A value the caller sends with a prediction.'), 'Values that come with the request.'),
    minItems: 0,
  },
  label: object({
    expression: expression(
      'What is predicted: BOOL or INT64 of 0 and 1, STRING or INT64 of several classes, FLOAT64 or INT64 of a quantity.',
    ),
    columns: {
      ...list(typedName('A column of the training frame.'), 'Columns that only the label sees.'),
      minItems: 0,
    },
    'scale?': {
      enum: LABEL_SCALERS,
      description: 'Scales the label of a regression, fitted on the training split; default none.',
    },
  }),
  transform: list(
    object({
      name: name('A model input.'),
      expression: expression(
        'A GoogleSQL expression over features, request inputs and AS_OF(), with preprocessing functions (docs/transforms.md).',
      ),
    }),
    'What the model sees, in order.',
  ),
  split: object({
    'validateFrom?': text(
      'RFC 3339: rows as of this instant up to evaluateFrom validate, earlier ones train.',
    ),
    evaluateFrom: text('RFC 3339: rows as of this instant or later evaluate, earlier ones train.'),
  }),
  trainer: TRAINER,
  'postprocess?': POSTPROCESS,
  'cascade?': list(
    object({
      alias: name('Prefix of its outputs in the transform: <alias>__<output>.'),
      model: name('A trained model that has trainer.folds.'),
      'version?': version('Pinned trained version; default the latest when this model is registered.'),
      'outputs?': list({ $ref: '#/$defs/Name' }, 'What the transform may read; default all.'),
    }),
    'Other models whose predictions the transform reads, each as it could be known at the time of a row.',
  ),
});

const KINDS: Readonly<Record<DocumentKind, JsonSchema>> = {
  Entity: ENTITY,
  Source: SOURCE,
  FeatureSet: FEATURE_SET,
  FeatureService: FEATURE_SERVICE,
  Model: MODEL,
};

const SHARED: Readonly<Record<string, JsonSchema>> = {
  Name: {
    type: 'string',
    pattern: NAME_PATTERN,
    description: 'A letter, then letters, digits and single underscores; 63 at most.',
  },
  Duration: {
    type: 'string',
    pattern: DURATION_PATTERN,
    description: 'A whole number and one of us, ms, s, m, h, d, such as "3h".',
  },
};

/** The schema of one kind of document, whole in itself. */
export function schemaOfKind(kind: DocumentKind): JsonSchema {
  return { $schema: DRAFT, ...KINDS[kind], $defs: SHARED };
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** The published schema of every document, `schemas/plumbline.schema.json`: editors complete definitions by it. */
export const DOCUMENT_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  title: 'Plumbline definition',
  oneOf: Object.keys(KINDS).map((kind) => ({ $ref: `#/$defs/${kind}` })),
  $defs: { ...KINDS, ...SHARED },
};

/** The same schemas as components of the OpenAPI document. */
export function documentComponents(): Readonly<Record<string, object>> {
  const renamed = JSON.stringify({ ...KINDS, ...SHARED, Document: { oneOf: DOCUMENT_SCHEMA['oneOf'] } });
  return JSON.parse(renamed.replaceAll('#/$defs/', '#/components/schemas/'));
}
