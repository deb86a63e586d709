import { readFileSync } from 'node:fs';
import { type Given, refusal, type TakeSetting, text, truth } from './setting-values.js';

/** How a connection is encrypted. Texts are PEM; without `ca` the system's authorities count. */
export type TlsSettings = { readonly ca?: string; readonly cert?: string; readonly key?: string };

/** Names of these settings, behind those of what is connected to. */
export const TLS_SETTINGS = ['tls.enabled', 'tls.ca', 'tls.cert', 'tls.key'] as const;

type TlsSetting<P extends string> = `${P}.${(typeof TLS_SETTINGS)[number]}`;

/** Null is plain text, which `byDefault` says where nothing else does. Throws INVALID_DOCUMENT for half a key pair. */
export function tlsSettings<P extends string>(
  take: TakeSetting<TlsSetting<P>>,
  place: P,
  byDefault: boolean,
): TlsSettings | null {
  const ca = take<string | null>(`${place}.tls.ca`, pemFile, null);
  const cert = take<string | null>(`${place}.tls.cert`, pemFile, null);
  const key = take<string | null>(`${place}.tls.key`, pemFile, null);
  if ((cert === null) !== (key === null))
    throw refusal(`${place}.tls`, 'cert and key belong together; name both files or none');
  const isWanted = byDefault || ca !== null || cert !== null;
  if (!take(`${place}.tls.enabled`, truth, isWanted)) return null;
  return { ...(ca !== null && { ca }), ...(cert !== null && key !== null && { cert, key }) };
}

/** Read at the start, so that a wrong name shows at once. */
function pemFile(given: Given): string {
  const file = text(given);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw refusal(given.from, error instanceof Error ? error.message : String(error));
  }
}
