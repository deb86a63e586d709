import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PlumblineError } from '../definition/error.js';
import { parseJsonLossless } from '../definition/json-value.js';
import {
  FRAME_MEDIA_TYPES,
  type FrameMediaType,
  RowBytes,
  type RowMediaType,
  UploadedFrame,
  YamlText,
} from './body.js';
import { takesFrame } from './frame-route.js';
import type { HttpReply, HttpRequest } from './http-types.js';
import { requireBoundedJson, requireShallowYaml } from './json-bounds.js';
import { takesRows } from './rows-route.js';

/** Limit of a JSON or YAML body, frames included: it is parsed in memory, in one go, while other requests wait. */
const MAX_TEXT_BODY_BYTES = 64 * 1024 ** 2;

/** Limit of a YAML body: its parser takes a hundred times the memory of the text. A thousand documents have some 500 KiB. */
const MAX_YAML_BODY_BYTES = 2 * 1024 ** 2;

type ParserOptions = { readonly bodyLimit: number };
type Done = (error: Error | null, body?: unknown) => void;

/** The part of Fastify that takes body parsers. */
export type ParserHost = {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    types: string | readonly string[],
    options: ParserOptions & { readonly parseAs: 'buffer' },
    parse: (request: HttpRequest, body: Buffer, done: Done) => void,
  ): unknown;
  addContentTypeParser(
    types: string,
    options: ParserOptions,
    parse: (request: HttpRequest, body: Readable, done: Done) => void,
  ): unknown;
  decorateRequest(name: 'takesFrame', value: false): unknown;
  addHook(name: 'onRoute', hook: (route: ParsedRoute) => void): unknown;
};

/** A route as the server hears of it; hooks of its own may be added. */
type ParsedRoute = {
  readonly config?: unknown;
  onRequest?: (request: HttpRequest, reply: HttpReply, done: () => void) => void;
};

export type BodyLimits = { readonly temporaryDir: string; readonly maxBodyBytes: number };

/**
 * Bodies as controllers get them: JSON without loss (S2), YAML as text, and on routes that take one a frame, JSON included,
 * as a file in `temporaryDir`. Any other content type is UNSUPPORTED_MEDIA_TYPE.
 */
export function registerBodyParsers(fastify: ParserHost, limits: BodyLimits): void {
  const bodyLimit = Math.min(limits.maxBodyBytes, MAX_TEXT_BODY_BYTES);
  const inMemory = { parseAs: 'buffer', bodyLimit } as const;
  fastify.removeAllContentTypeParsers();
  const frames = new Frames(limits);
  fastify.addContentTypeParser('application/json', inMemory, (request, body, done) => {
    if (request.takesFrame) frames.receive(request, Readable.from([body]), 'application/json', done);
    else parseText(body, done, parseJson);
  });
  const yaml = { ...inMemory, bodyLimit: Math.min(bodyLimit, MAX_YAML_BODY_BYTES) };
  fastify.addContentTypeParser(['application/yaml', 'application/x-yaml'], yaml, (_, body, done) =>
    parseText(body, done, parseYaml),
  );
  for (const mediaType of STREAMED_FRAMES) {
    fastify.addContentTypeParser(mediaType, { bodyLimit: limits.maxBodyBytes }, (request, stream, done) => {
      if (request.takesFrame) frames.receive(request, stream, mediaType, done);
      else if (takesRows(request, mediaType)) collectRows(stream, mediaType, bodyLimit, done);
      else done(new PlumblineError('UNSUPPORTED_MEDIA_TYPE', `this route does not read ${mediaType}`));
    });
  }
  fastify.decorateRequest('takesFrame', false);
  fastify.addHook('onRoute', (route) => {
    if (!takesFrame(route.config)) return;
    route.onRequest = (request, reply, done) => {
      request.takesFrame = true;
      reply.raw.once('close', () => frames.remove(request));
      done();
    };
  });
}

/** Frames that are written into their file as they come. */
const STREAMED_FRAMES = FRAME_MEDIA_TYPES.filter((mediaType) => mediaType !== 'application/json');

/** The files of frames whose requests are not answered yet. */
class Frames {
  private readonly paths = new WeakMap<HttpRequest['raw'], string>();

  constructor(private readonly limits: BodyLimits) {}

  receive({ raw }: HttpRequest, stream: Readable, mediaType: FrameMediaType, done: Done): void {
    const path = join(this.limits.temporaryDir, `${randomUUID()}.upload`);
    this.paths.set(raw, path);
    receive(stream, path, { mediaType, maxBytes: this.limits.maxBodyBytes }).then(
      (frame) => done(null, frame),
      (error: Error) => done(raw.destroyed && !(error instanceof PlumblineError) ? cutOff() : error),
    );
  }

  remove({ raw }: HttpRequest): void {
    const path = this.paths.get(raw);
    // A file that cannot be removed now goes with the next start.
    if (path !== undefined) rm(path, { force: true }).catch(() => undefined);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function parseText(body: Buffer, done: Done, parse: (body: Buffer) => unknown): void {
  try {
    done(null, parse(body));
  } catch (error) {
    done(readError(error));
  }
}

/** A whole body as JSON without loss (S2). Throws INVALID_REQUEST, and TOO_LARGE for more nesting or members than is read. */
export function jsonBody(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    throw readError(error);
  }
}

function readError(error: unknown): PlumblineError {
  return error instanceof PlumblineError ? error : unreadableBody(error);
}

function unreadableBody(error: unknown): PlumblineError {
  const reason = error instanceof Error ? error.message : String(error);
  return new PlumblineError('INVALID_REQUEST', `the body cannot be read: ${reason}`, { path: '' });
}

function parseJson(body: Buffer): unknown {
  requireBoundedJson(body);
  return parseJsonLossless(UTF8.decode(body));
}

/** Brackets nest in YAML as in JSON; the text itself is parsed where documents are. */
function parseYaml(body: Buffer): YamlText {
  requireShallowYaml(body);
  return new YamlText(UTF8.decode(body));
}

/** Rows are parsed in memory, in one go, as JSON is. */
function collectRows(stream: Readable, mediaType: RowMediaType, maxBytes: number, done: Done): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBytes) chunks.push(chunk);
    else stream.destroy(tooLarge(maxBytes));
  });
  stream.once('end', () => done(null, new RowBytes(Buffer.concat(chunks), mediaType)));
  stream.once('error', (error) => done(error instanceof PlumblineError ? error : cutOff()));
}

async function receive(
  stream: Readable,
  path: string,
  limits: { readonly mediaType: FrameMediaType; readonly maxBytes: number },
): Promise<UploadedFrame> {
  let sizeBytes = 0;
  await pipeline(
    stream,
    async function* count(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        sizeBytes += chunk.length;
        if (sizeBytes > limits.maxBytes) throw tooLarge(limits.maxBytes);
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  return new UploadedFrame(path, sizeBytes, limits.mediaType);
}

/** Nobody reads this answer; it keeps a sender who went away from looking like a defect of the service. */
function cutOff(): PlumblineError {
  return new PlumblineError('INVALID_REQUEST', 'the body was cut off');
}

function tooLarge(maxBytes: number): PlumblineError {
  return new PlumblineError('TOO_LARGE', `the body is larger than ${maxBytes} bytes (setting maxBody)`);
}
