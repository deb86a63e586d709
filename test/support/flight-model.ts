import { compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { type CompiledModel, compileModel } from '../../src/compile/model.js';
import type {
  Document,
  EntityDocument,
  FeatureServiceDocument,
  FeatureSetDocument,
  ModelDocument,
  SourceDocument,
} from '../../src/definition/document.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'observations',
  columns: [
    { name: 'origin', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'temp', type: 'FLOAT64' },
    { name: 'sky', type: 'STRING' },
  ],
  eventTime: 'at',
};

const AIRPORT: EntityDocument = {
  kind: 'Entity',
  name: 'airport',
  keys: [{ name: 'origin', type: 'STRING' }],
};

const WEATHER: FeatureSetDocument = {
  kind: 'FeatureSet',
  name: 'weather',
  entity: 'airport',
  source: 'observations',
  features: [{ name: 'temp' }, { name: 'sky' }],
};

const FLIGHTS: FeatureServiceDocument = {
  kind: 'FeatureService',
  name: 'flights',
  entries: [{ featureSet: 'weather' }],
};

/** A feature service `flights` of one set, weather at origin: `weather__temp` FLOAT64 and `weather__sky` STRING. */
export const FLIGHT_SERVICE = compileFeatureService(FLIGHTS, 1, () =>
  compileFeatureSet({ document: WEATHER, source: SOURCE, entity: AIRPORT, version: 1, id: 1 }),
);

export const FLIGHT_MODEL: ModelDocument = {
  kind: 'Model',
  name: 'delay',
  featureService: 'flights',
  requestInputs: [
    { name: 'distance', type: 'INT64' },
    { name: 'vip', type: 'BOOL' },
  ],
  label: { expression: 'late_minutes >= 15', columns: [{ name: 'late_minutes', type: 'INT64' }] },
  transform: [
    { name: 'temp', expression: "STANDARD_SCALER(IMPUTER(weather__temp, 'mean') OVER ()) OVER ()" },
    { name: 'sky', expression: "ONE_HOT_ENCODER(weather__sky, 'none', 10, 1) OVER ()" },
    { name: 'distance', expression: 'STANDARD_SCALER(distance) OVER ()' },
    { name: 'vip', expression: 'vip' },
    { name: 'hour', expression: 'EXTRACT(HOUR FROM AS_OF())' },
  ],
  split: { evaluateFrom: '2013-10-01T00:00:00Z' },
  trainer: { kind: 'logisticRegression', epochs: 3, batchSize: 64 },
};

/** A compiled model over {@link FLIGHT_SERVICE}; `changes` replace members of {@link FLIGHT_MODEL}. */
export function flightModel(changes: Partial<ModelDocument> = {}): CompiledModel {
  const document = { ...FLIGHT_MODEL, ...changes };
  return compileModel({ document, version: 1, id: 1, service: FLIGHT_SERVICE });
}

/** Everything the flight model needs, as one apply. */
export const FLIGHT_DOCUMENTS: readonly Document[] = [AIRPORT, SOURCE, WEATHER, FLIGHTS, FLIGHT_MODEL];
