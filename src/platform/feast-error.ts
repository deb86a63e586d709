import type { ErrorCode, PlumblineError } from '../definition/error.js';

/** Whether a path is one of Feast's feature server, whose clients read errors in its own form. */
export function isFeastRoute(url: string): boolean {
  return FEAST_ROUTE.test(url);
}

/**
 * The body of an error as Feast's feature server has it: a text that is JSON itself, with the class that its Python client raises.
 * Source: FeastError.to_error_detail and from_error_detail, feast/errors.py of Feast 0.67.
 */
export function feastErrorBody({ code, message, details }: PlumblineError): string {
  const className = CLASSES.find(([of, path]) => of === code && details.path?.startsWith(path))?.[2];
  return JSON.stringify({
    module: 'feast.errors',
    class: className ?? 'FeastError',
    message: `${code}: ${message}`,
  });
}

const FEAST_ROUTE = /^\/(?:v1\/projects\/[^/]+\/feast\/)?(?:get-online-features|push)(?:[?/]|$)/;

/** Classes that say more than that something is wrong, by code and place. */
const CLASSES: readonly (readonly [code: ErrorCode, path: string, className: string])[] = [
  ['NOT_FOUND', '/feature_service', 'FeatureServiceNotFoundException'],
  ['NOT_FOUND', '/features', 'FeatureViewNotFoundException'],
  ['NOT_FOUND', '/push_source_name', 'PushSourceNotFoundException'],
];
