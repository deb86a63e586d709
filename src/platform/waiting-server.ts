import { createServer, type Server } from 'node:http';
import type { Configuration } from './configuration.js';

/** Says on the service's own port why it has not begun yet, so that whoever asks for `/health` or `/ready` learns it. */
export class WaitingServer {
  private server: Server | null = null;
  private message = '';

  constructor(private readonly configuration: Pick<Configuration, 'host' | 'port'>) {}

  /** From now on every request is answered 503 UNAVAILABLE with this. A port that is taken is told when the service begins. */
  async say(message: string): Promise<void> {
    this.message = message;
    if (this.server !== null) return;
    const server = createServer((_, response) => {
      const error = { code: 'UNAVAILABLE', message: `the service waits to start: ${this.message}` };
      // The port changes hands: nobody keeps a connection.
      response.writeHead(503, HEADERS).end(JSON.stringify({ error }));
    });
    this.server = server;
    const { host, port } = this.configuration;
    await new Promise<void>((resolve) => {
      server.once('error', () => resolve());
      server.listen(port, host, resolve);
    });
  }

  /** Leaves the port to the service. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null || !server.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'retry-after': '1',
  connection: 'close',
} as const;
