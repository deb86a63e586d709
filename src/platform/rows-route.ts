import { ROW_MEDIA_TYPES, type RowMediaType } from './body.js';
import type { HttpRequest } from './http-types.js';

/** Marks a route that takes rows as JSON lines or Arrow too; they then come as bytes. */
export const TAKES_ROWS = { takesRows: true } as const;

/** Whether the route of a request is marked so, and reads this media type. */
export function takesRows({ routeOptions }: HttpRequest, mediaType: string): mediaType is RowMediaType {
  return routeOptions.config?.takesRows === true && ROW_MEDIA_TYPES.some((type) => type === mediaType);
}
