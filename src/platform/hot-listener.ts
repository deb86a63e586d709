import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { jsonBody } from './body-parser.js';
import { type HttpReply, type HttpRequest, REQUEST_ID_HEADER } from './http-types.js';

/** What a hot route is called with: an answer is JSON text, or its bytes in UTF-8. */
export type HotCall = (request: HttpRequest) => Promise<string | Buffer>;

export type HotListenerParts = {
  /** Bytes of a body that is read; what is larger is the framework's. */
  readonly maxBodyBytes: number;
  /** Whether a request is answered here; one that is not, or for which this throws, is the framework's. */
  readonly isOurs: (request: HttpRequest) => boolean;
  /** Answers with an error. */
  readonly refuse: (cause: unknown, request: HttpRequest, reply: HttpReply) => void;
};

type Path = { readonly route: string; readonly params: Readonly<Record<string, string>> };

/** Larger bodies take so long that what the framework adds is not seen. */
const MOST_BODY_BYTES = 65_536;

/** Paths whose routes are remembered: an installation has a few projects and sources. */
const REMEMBERED_PATHS = 4_096;

/** Nothing in it is escaped, and no query follows. */
const PLAIN_PATH = /^[A-Za-z0-9_/-]{1,512}$/;

/**
 * Answers usual requests of hot routes where the server of node:http hears of them, at a third of the cost of the framework's way
 * through it. What is not usual (another method, media type or encoding, a path with escapes, a large body) goes that way, and so
 * does everything once the service stops; both ways end in the same method of a controller, and in the same errors.
 */
export class HotListener {
  private readonly calls = new Map<string, HotCall>();
  private readonly patterns: { readonly route: string; readonly segments: readonly string[] }[] = [];
  private readonly paths = new Map<string, Path | null>();
  private isStopped = false;

  constructor(private readonly parts: HotListenerParts) {}

  /** Adds a route of POST; `:name` in it stands for one segment. */
  add(route: string, call: HotCall): void {
    this.calls.set(route, call);
    this.patterns.push({ route, segments: route.split('/') });
  }

  /** Hears of requests before the one listener that the server has. */
  listenTo(server: Server): void {
    const framework = server.listeners('request') as ((
      request: IncomingMessage,
      response: ServerResponse,
    ) => void)[];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      if (!this.take(request, response))
        for (const listener of framework) listener.call(server, request, response);
    });
  }

  /** From now on every request is the framework's, which tells clients that the service stops. */
  stop(): void {
    this.isStopped = true;
  }

  private take(raw: IncomingMessage, response: ServerResponse): boolean {
    const { url, headers } = raw;
    if (this.isStopped || raw.method !== 'POST' || url === undefined) return false;
    const path = this.pathOf(url);
    if (path === null || !this.isUsual(headers)) return false;
    const request = new HotRequest(raw, url, path);
    if (!this.isOurs(request)) return false;
    const chunks: Buffer[] = [];
    raw.on('data', (chunk: Buffer) => chunks.push(chunk));
    raw.on('end', () => void this.answer(this.calls.get(path.route)!, request, { chunks, response }));
    return true;
  }

  private isUsual(headers: IncomingMessage['headers']): boolean {
    const type = headers['content-type'];
    if (type !== 'application/json' && type !== 'application/json; charset=utf-8') return false;
    if (headers['content-encoding'] !== undefined) return false;
    const length = Number(headers['content-length']);
    return length >= 0 && length <= Math.min(MOST_BODY_BYTES, this.parts.maxBodyBytes);
  }

  private isOurs(request: HttpRequest): boolean {
    try {
      return this.parts.isOurs(request);
    } catch {
      return false;
    }
  }

  private async answer(
    call: HotCall,
    request: HotRequest,
    { chunks, response }: { readonly chunks: readonly Buffer[]; readonly response: ServerResponse },
  ): Promise<void> {
    try {
      request.body = jsonBody(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      const whole = await call(request);
      const length = Buffer.byteLength(whole);
      response.writeHead(200, [
        'content-type',
        'application/json; charset=utf-8',
        'content-length',
        String(length),
        REQUEST_ID_HEADER,
        request.id,
      ]);
      // Text of a byte a character is the same in both, and written several times as fast in one of them.
      response.end(whole, length === whole.length ? 'latin1' : 'utf8');
    } catch (cause) {
      this.parts.refuse(cause, request, new HotReply(response, request.id));
    }
  }

  private pathOf(url: string): Path | null {
    const known = this.paths.get(url);
    if (known !== undefined) return known;
    const path = PLAIN_PATH.test(url) ? this.match(url) : null;
    // Of what is no hot route nothing is kept: others ask for as many paths as they like.
    if (path !== null && this.paths.size < REMEMBERED_PATHS) this.paths.set(url, path);
    return path;
  }

  private match(url: string): Path | null {
    const given = url.split('/');
    for (const { route, segments } of this.patterns) {
      const isSame = (segment: string, i: number): boolean =>
        segment.startsWith(':') ? given[i] !== '' : segment === given[i];
      if (segments.length !== given.length || !segments.every(isSame)) continue;
      const names = segments.flatMap((segment, i) =>
        segment.startsWith(':') ? [[segment.slice(1), given[i]!] as const] : [],
      );
      return { route, params: Object.fromEntries(names) };
    }
    return null;
  }
}

/** A request as controllers know it. */
class HotRequest implements HttpRequest {
  readonly id = randomUUID();
  readonly method = 'POST';
  readonly params: Path['params'];
  readonly headers: IncomingMessage['headers'];
  readonly routeOptions: HttpRequest['routeOptions'];
  body: unknown;

  constructor(
    readonly raw: IncomingMessage,
    readonly url: string,
    { route, params }: Path,
  ) {
    this.params = params;
    this.headers = raw.headers;
    this.routeOptions = { url: route };
  }
}

/** A reply as errors are written to. */
class HotReply implements HttpReply {
  constructor(
    readonly raw: ServerResponse,
    id: string,
  ) {
    raw.setHeader(REQUEST_ID_HEADER, id);
  }

  status(code: number): this {
    this.raw.statusCode = code;
    return this;
  }

  header(name: string, value: string): this {
    this.raw.setHeader(name, value);
    return this;
  }

  send(payload: unknown): this {
    const bytes = Buffer.from(String(payload));
    this.raw.setHeader('content-length', bytes.length);
    this.raw.end(bytes);
    return this;
  }
}
