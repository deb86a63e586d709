import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { stringifyJson } from '../definition/json-value.js';
import { type ParserHost, registerBodyParsers } from './body-parser.js';
import type { Configuration } from './configuration.js';
import { temporaryDir } from './data-dir.js';
import { ErrorFilter } from './error.filter.js';
import { type ForwardingHost, forwardRequests, isHere, type Places } from './forwarding.js';
import { HotListener } from './hot-listener.js';
import { type RouteHost, serveHotRoutes } from './hot-route.js';
import { type HttpReply, type HttpRequest, REQUEST_ID_HEADER } from './http-types.js';
import { requireNoNullCharacter } from './null-character.js';
import type { Peer } from './peer.js';
import { RequestPipe } from './validation.js';

/** The service behind its HTTP rim. */
export type HttpApplication = NestFastifyApplication;

/** How long answers that are under way may take once the service is asked to stop. */
const CLOSE_DEADLINE_MS = 5_000;

/** A name in a path is at most 63 characters; Fastify's limit of 100 would answer 404 without our body. */
const MAX_PARAMETER_LENGTH = 1000;

export type HttpParts = {
  readonly configuration: Configuration;
  readonly peer: Peer | null;
  /** Where requests are answered, once there is an application. */
  readonly placesOf: (app: HttpApplication) => Places;
  /** Adds routes that no module has. */
  readonly prepare: (app: HttpApplication) => void;
};

/**
 * The application over HTTP, initialised but not yet listening: body parsers, validation, errors, request ids and exact
 * JSON out.
 */
export async function createHttpApplication(
  rootModule: DynamicModule,
  { configuration, peer, placesOf, prepare }: HttpParts,
): Promise<HttpApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: configuration.maxBodyBytes,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    skipMiddie: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule, adapter, {
    abortOnError: false,
    bodyParser: false,
    logger: ['warn', 'error', 'fatal'],
  });
  const fastify = adapter.getInstance();
  registerBodyParsers(fastify as unknown as ParserHost, {
    temporaryDir: temporaryDir(configuration.dataDir),
    maxBodyBytes: configuration.maxBodyBytes,
  });
  // Before the body is read, so that none is left behind.
  fastify.addHook('onRequest', (request: HttpRequest, _reply: HttpReply, done: () => void) => {
    requireNoNullCharacter(request.params);
    done();
  });
  const errors = new ErrorFilter();
  const places = placesOf(app);
  const refuse = (cause: unknown, request: HttpRequest, reply: HttpReply): void =>
    errors.answer(cause, request, reply);
  const listener = new HotListener({
    maxBodyBytes: configuration.maxBodyBytes,
    isOurs: (request) => isHere(request, places),
    refuse,
  });
  serveHotRoutes(fastify as unknown as RouteHost, {
    controllerOf: (type) => app.get(type, { strict: false }),
    refuse,
    listener,
  });
  fastify.addHook('preClose', async () => {
    listener.stop();
    void peer?.close();
    // Idle connections end at once; one whose client has stopped reading must not hold the service.
    setTimeout(() => fastify.server.closeAllConnections(), CLOSE_DEADLINE_MS).unref();
  });
  fastify.addHook('onSend', (request: HttpRequest, reply: HttpReply, _payload: unknown, done: () => void) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  fastify.setReplySerializer(stringifyJson);
  app.useGlobalPipes(new RequestPipe());
  app.useGlobalFilters(errors);
  prepare(app);
  forwardRequests(fastify as unknown as ForwardingHost, places);
  await app.init();
  listener.listenTo(fastify.server);
  // Not before: the framework tells of each route it maps.
  app.useLogger(app.get(Logger));
  if (peer !== null) {
    await fastify.ready();
    peer.serve((request, response) => void fastify.server.emit('request', request, response));
  }
  return app;
}
