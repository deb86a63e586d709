import { RouteConfig } from '@nestjs/platform-fastify';
import type { HttpRequest } from './http-types.js';

/** Marks a route whose body is a frame: JSON, too, then comes as an uploaded file. */
export const TakesFrame = (): MethodDecorator => RouteConfig({ takesFrame: true });

/** Whether the route of a request is marked so. */
export function takesFrame({ routeOptions }: HttpRequest): boolean {
  return routeOptions.config?.takesFrame === true;
}
