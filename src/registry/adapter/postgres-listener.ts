import { Client } from 'pg';
import type { ChangeSignals } from '../publishing.js';

/** Before a connection that was lost is made again, milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** How long a new connection may take, milliseconds. */
const CONNECT_WITHIN_MS = 10_000;

/**
 * What PostgreSQL says on one channel, over a connection of its own. Nobody hears what is said while it is lost: it calls
 * whenever it listens again, so that whoever is called looks for himself.
 */
export function postgresSignals(url: string): ChangeSignals {
  return {
    listen: (channel, onSignal) => {
      const listener = new Listener(url, channel, onSignal);
      listener.connect();
      return { close: () => listener.close() };
    },
  };
}

class Listener {
  private client: Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly onSignal: () => void,
  ) {}

  connect(): void {
    const client = new Client({
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      keepAlive: true,
    });
    this.client = client;
    const lost = (): void => this.lose(client);
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', () => this.onSignal());
    client
      .connect()
      .then(() => client.query(`LISTEN ${client.escapeIdentifier(this.channel)}`))
      .then(() => {
        this.pauseMs = FIRST_PAUSE_MS;
        this.onSignal();
      })
      .catch(lost);
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private lose(client: Client): void {
    if (this.client !== client || this.closed) return;
    this.client = null;
    client.end().catch(() => undefined);
    this.timer = setTimeout(() => this.connect(), this.pauseMs);
    this.timer.unref();
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
  }
}
