/** Definitions that the tests of the registry start from. */
export const AIRPORT = {
  kind: 'Entity',
  name: 'airport',
  keys: [{ name: 'origin', type: 'STRING' }],
};

export const OBSERVATIONS = {
  kind: 'Source',
  name: 'observations',
  eventTime: 'event_ts',
  createdTime: 'created_ts',
  columns: [
    { name: 'origin', type: 'STRING' },
    { name: 'event_ts', type: 'TIMESTAMP' },
    { name: 'created_ts', type: 'TIMESTAMP' },
    { name: 'temp', type: 'FLOAT64' },
    { name: 'wind_dir', type: 'INT64' },
  ],
};

export const WEATHER = {
  kind: 'FeatureSet',
  name: 'weather',
  entity: 'airport',
  source: 'observations',
  features: [{ name: 'temp' }, { name: 'cold', expression: 'temp < 32.0' }],
  maxAge: '3h',
};

export const ORIGIN_WEATHER = {
  kind: 'FeatureService',
  name: 'origin_weather',
  entries: [{ featureSet: 'weather', alias: 'w' }],
};

export const DELAY = {
  kind: 'Model',
  name: 'delay',
  featureService: 'origin_weather',
  requestInputs: [{ name: 'distance', type: 'INT64' }],
  label: { expression: 'arr_delay >= 15', columns: [{ name: 'arr_delay', type: 'INT64' }] },
  transform: [{ name: 'distance', expression: 'CAST(distance AS FLOAT64)' }],
  split: { evaluateFrom: '2013-10-01T00:00:00Z' },
  trainer: { kind: 'logisticRegression' },
};

/** In an order in which nothing refers to an earlier document. */
export const ALL = [DELAY, ORIGIN_WEATHER, WEATHER, OBSERVATIONS, AIRPORT];
