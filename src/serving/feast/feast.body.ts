const COLUMNS = { type: 'object', additionalProperties: { type: 'array', items: {} } };

/** `POST /get-online-features`, for the OpenAPI document. */
export const FEAST_LOOKUP_BODY = {
  schema: {
    type: 'object',
    required: ['entities'],
    properties: {
      feature_service: { type: 'string' },
      features: { type: 'array', items: { type: 'string' }, example: ['weather:temp'] },
      entities: { ...COLUMNS, example: { origin: ['EWR', 'JFK'] } },
      full_feature_names: { type: 'boolean', default: false },
      include_feature_view_version_metadata: { type: 'boolean', default: false },
    },
  },
};

/** `POST /push`, for the OpenAPI document. */
export const FEAST_PUSH_BODY = {
  schema: {
    type: 'object',
    required: ['push_source_name', 'df'],
    properties: {
      push_source_name: { type: 'string' },
      df: { ...COLUMNS, example: { origin: ['EWR'], at: ['2013-07-01T00:00:00Z'], temp: [20.5] } },
      to: { type: 'string', enum: ['online', 'online_and_offline'], default: 'online' },
      allow_registry_cache: { type: 'boolean', default: true },
      transform_on_write: { type: 'boolean', default: true },
    },
  },
};
