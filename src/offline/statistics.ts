import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { PlumblineError } from '../definition/error.js';
import { jsonOf } from '../definition/json-value.js';
import { formatTimestamp, parseTimestamp } from '../definition/time.js';
import type { Clock } from '../platform/clock.js';
import type { History } from './history.js';
import type { FeatureSetStatistics, FeatureStatistics } from './store.js';

/** Which rows of a feature set are asked about, as a caller writes it. */
export type StatisticsRequest = {
  readonly project: string;
  readonly featureSet: CompiledFeatureSet;
  /** Instants, RFC 3339. */
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
};

/** What the rows of a feature set look like, as of an instant. */
export class Statistics {
  constructor(
    private readonly history: History,
    private readonly clock: Clock,
  ) {}

  /** Values in the form of JSON answers. Throws INVALID_REQUEST, FUTURE_TIME, HISTORY_EXPIRED. */
  async of({ project, featureSet, from, to, asOf }: StatisticsRequest): Promise<object> {
    const nowUs = this.clock.nowUs();
    const asOfUs = instantOf('asOf', asOf) ?? nowUs;
    if (asOfUs > nowUs) {
      const message = `"asOf" is ${formatTimestamp(asOfUs)}, later than now, ${formatTimestamp(nowUs)}; what will be known then is not known yet`;
      throw new PlumblineError('FUTURE_TIME', message, { path: 'asOf' });
    }
    const range = { fromUs: instantOf('from', from), toUs: instantOf('to', to) };
    const found = await this.history.statistics({ project, featureSet, ...range, asOfUs });
    const { name, version } = featureSet;
    return { featureSet: name, version, asOf: formatTimestamp(asOfUs), ...statisticsJson(found) };
  }
}

/** An instant in a query; null where there is none. */
function instantOf(name: string, text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const us = parseTimestamp(text);
  if (us !== null) return us;
  const message = `"${name}" is "${text}"; write an instant with a zone, such as 2013-07-01T00:00:00Z`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: name });
}

function statisticsJson({ firstEventUs, lastEventUs, createdLagUs, ...found }: FeatureSetStatistics): object {
  return {
    rows: found.rows,
    deletions: found.deletions,
    entities: found.entities,
    firstEvent: jsonOf('TIMESTAMP', firstEventUs),
    lastEvent: jsonOf('TIMESTAMP', lastEventUs),
    createdLagUs: createdLagUs.map(({ quantile, value }) => ({ quantile, value: jsonOf('INT64', value) })),
    features: found.features.map(featureJson),
  };
}

function featureJson(feature: FeatureStatistics): object {
  const { type } = feature;
  return {
    ...feature,
    min: jsonOf(type, feature.min),
    max: jsonOf(type, feature.max),
    quantiles: feature.quantiles.map(({ quantile, value }) => ({ quantile, value: jsonOf(type, value) })),
    top: feature.top.map(({ value, count }) => ({ value: jsonOf(type, value), count })),
  };
}
