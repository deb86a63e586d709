import type { Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { HotCall, HotListener } from './hot-listener.js';
import type { HttpReply, HttpRequest } from './http-types.js';

/** The method behind a hot route, by its controller. */
type HotRoute = { readonly controller: Type; readonly method: string };

/**
 * Marks a {@link HotCall} whose route is called a thousand times a second: the HTTP server calls it itself. Hooks, body
 * parsers, request ids and errors are those of every route; pipes, guards and interceptors do not run, and parameters are not
 * injected, so it validates what it takes. Its answer has status 200. `config` is what the route is marked with beside that.
 */
export const Hot =
  (config: object = {}): MethodDecorator =>
  (prototype, name, descriptor): void => {
    const hot: HotRoute = { controller: prototype.constructor as Type, method: String(name) };
    RouteConfig({ ...config, hot })(prototype, name, descriptor);
  };

/** The part of Fastify that tells of routes as they are declared. */
export type RouteHost = { addHook(name: 'onRoute', hook: (route: RegisteredRoute) => void): unknown };

/** `handler` may be replaced. */
type RegisteredRoute = {
  readonly url: string;
  readonly config?: { readonly hot?: HotRoute };
  handler: (request: HttpRequest, reply: HttpReply) => unknown;
};

type HotRouteParts = {
  /** Gives the controller, which need not exist before the first request. */
  readonly controllerOf: (type: Type) => object;
  /** Answers with an error. */
  readonly refuse: (cause: unknown, request: HttpRequest, reply: HttpReply) => void;
  /** Hears of each such route. */
  readonly listener: HotListener;
};

/** From now on routes that are marked {@link Hot} go past the framework's handler, and usual requests of them past all of it. */
export function serveHotRoutes(fastify: RouteHost, parts: HotRouteParts): void {
  fastify.addHook('onRoute', (route) => serveDirectly(route, parts));
}

function serveDirectly(route: RegisteredRoute, { controllerOf, refuse, listener }: HotRouteParts): void {
  const hot = route.config?.hot;
  if (hot === undefined) return;
  const viaFramework = route.handler;
  let known: HotCall | null = null;
  const call: HotCall = (request) => {
    known ??= methodOf(controllerOf(hot.controller), hot.method);
    return known(request);
  };
  listener.add(route.url, call);
  route.handler = (request, reply): unknown => {
    // An empty name in the path is no route to the framework.
    if (hasEmptyName(request.params)) return viaFramework(request, reply);
    void answer(call, { request, reply, refuse });
    return undefined;
  };
}

type HotExchange = Pick<HotRouteParts, 'refuse'> & {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
};

async function answer(call: HotCall, { request, reply, refuse }: HotExchange): Promise<void> {
  try {
    const whole = await call(request);
    reply.header('content-type', 'application/json; charset=utf-8');
    reply.send(whole);
  } catch (cause) {
    refuse(cause, request, reply);
  }
}

function methodOf(controller: object, name: string): HotCall {
  const method = (controller as Readonly<Record<string, HotCall>>)[name]!;
  return (request) => method.call(controller, request);
}

function hasEmptyName(params: unknown): boolean {
  const names = params as Readonly<Record<string, string>>;
  for (const name in names) if (names[name] === '') return true;
  return false;
}
