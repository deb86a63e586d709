import type { DuckDBConnection } from '@duckdb/node-api';

/** Ends what runs on a connection, by an error, when the signal is aborted, until the function it gives is called. */
export function interruptOn(connection: DuckDBConnection, signal: AbortSignal | undefined): () => void {
  const interrupt = (): void => connection.interrupt();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', interrupt);
  return () => signal?.removeEventListener('abort', interrupt);
}
