/** Weather of airports, routes between two of them, and features over both: what the tests of read expressions start from. */
export const AIRPORT = { kind: 'Entity', name: 'airport', keys: [{ name: 'code', type: 'STRING' }] };

export const ROUTE = {
  kind: 'Entity',
  name: 'route',
  keys: [
    { name: 'origin', type: 'STRING' },
    { name: 'destination', type: 'STRING' },
  ],
};

export const OBSERVATIONS = {
  kind: 'Source',
  name: 'observations',
  eventTime: 'event_ts',
  createdTime: 'created_ts',
  columns: [
    { name: 'code', type: 'STRING' },
    { name: 'event_ts', type: 'TIMESTAMP' },
    { name: 'created_ts', type: 'TIMESTAMP' },
    { name: 'wind', type: 'FLOAT64' },
    { name: 'temp', type: 'INT64' },
    { name: 'note', type: 'STRING' },
  ],
};

export const WEATHER = {
  kind: 'FeatureSet',
  name: 'weather',
  entity: 'airport',
  source: 'observations',
  maxAge: '3h',
  features: [{ name: 'wind' }, { name: 'temp', default: 15 }, { name: 'note' }],
};

/** The same airports without an age limit, and a time zone, which the kernel computes on every path. */
export const NOTED = {
  kind: 'FeatureSet',
  name: 'noted',
  entity: 'airport',
  source: 'observations',
  features: [
    { name: 'at', column: 'event_ts' },
    { name: 'hour', expression: "EXTRACT(HOUR FROM event_ts AT TIME ZONE 'America/New_York')" },
  ],
};

/** Of two rows of weather one value: chained. */
export const PRESSURE = {
  kind: 'FeatureSet',
  name: 'pressure',
  entity: 'route',
  inputs: [
    { featureSet: 'weather', alias: 'from', keys: { code: 'origin' } },
    { featureSet: 'weather', alias: 'to', keys: { code: 'destination' } },
  ],
  features: [
    { name: 'wind', expression: 'from__wind - to__wind', default: -1 },
    { name: 'warmer', expression: 'to__temp > from__temp' },
    { name: 'text', expression: "CONCAT(from__note, '|', to__note)" },
  ],
};

/** A level above: a route there and back, its age as of T. */
export const ROUND_TRIP = {
  kind: 'FeatureSet',
  name: 'round_trip',
  entity: 'route',
  inputs: [
    { featureSet: 'pressure', alias: 'out' },
    { featureSet: 'pressure', alias: 'back', keys: { origin: 'destination', destination: 'origin' } },
    { featureSet: 'noted', keys: { code: 'origin' } },
  ],
  features: [
    { name: 'sum', expression: 'out__wind + back__wind' },
    { name: 'age', expression: 'TIMESTAMP_DIFF(AS_OF(), noted__at, SECOND)', default: '9007199254740993' },
  ],
};

export const FLIGHT = {
  kind: 'FeatureService',
  name: 'flight',
  entries: [
    { featureSet: 'weather', alias: 'here', keys: { code: 'origin' } },
    { featureSet: 'pressure', alias: 'route' },
    { featureSet: 'noted', keys: { code: 'destination' }, features: ['hour'] },
    { featureSet: 'round_trip', alias: 'trip' },
  ],
  requestInputs: [
    { name: 'speed', type: 'FLOAT64' },
    { name: 'departure', type: 'TIMESTAMP' },
    { name: 'seats', type: 'INT64' },
    { name: 'tags', type: 'ARRAY<STRING>' },
  ],
  expressions: [
    { name: 'share', expression: 'here__wind / speed' },
    { name: 'wait', expression: 'TIMESTAMP_DIFF(departure, AS_OF(), SECOND)', default: -7 },
    {
      name: 'score',
      expression: 'share * 2.0 + route__wind',
      description: 'over another one, and a default',
    },
    { name: 'label', expression: "CASE WHEN seats > 9 THEN 'big' WHEN here__temp = 15 THEN 'mild' END" },
    { name: 'late', expression: 'wait < 0 OR trip__age > 3600' },
    { name: 'same', expression: 'here__note' },
  ],
};

export const ALL = [FLIGHT, ROUND_TRIP, PRESSURE, NOTED, WEATHER, OBSERVATIONS, ROUTE, AIRPORT];

/** The columns of every answer of the service, in order. */
export const OUTPUTS = [
  'here__wind',
  'here__temp',
  'here__note',
  'route__wind',
  'route__warmer',
  'route__text',
  'noted__hour',
  'trip__sum',
  'trip__age',
  'share',
  'wait',
  'score',
  'label',
  'late',
  'same',
];
