import { RouteConfig } from '@nestjs/platform-fastify';

/** Marks a route whose body is a frame: JSON, too, then comes as an uploaded file. */
export const TakesFrame = (): MethodDecorator => RouteConfig({ takesFrame: true });

/** Whether a route was declared so. */
export function takesFrame(config: unknown): boolean {
  return Object(config).takesFrame === true;
}
