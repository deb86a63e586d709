import { PlumblineError } from '../definition/error.js';
import {
  choice,
  durationMs,
  type Given,
  refusal,
  type TakeSetting,
  text,
  wholeNumber,
} from './setting-values.js';

/** What a process does: owns sources, serves lookups and predictions, or both. */
export type Role = 'all' | 'ingest' | 'lookup';

const ROLES: readonly Role[] = ['all', 'ingest', 'lookup'];

/** What concerns several processes of one installation. */
export type ProcessSettings = {
  readonly role: Role;
  /** The name by which other processes reach this one; null is that of where it listens, or of the machine. */
  readonly peerHost: string | null;
  /** Where it listens to them; 0 takes a free port. */
  readonly peerPort: number;
  /** For how long a process that says nothing still owns its sources. */
  readonly leaseMs: number;
};

/** Names of these settings. */
export const PROCESS_SETTINGS = ['role', 'peer.host', 'peer.port', 'lease'] as const;

export type ProcessSetting = (typeof PROCESS_SETTINGS)[number];

/** The settings as they were given. Throws INVALID_DOCUMENT. */
export function processSettings(take: TakeSetting<ProcessSetting>): ProcessSettings {
  return {
    role: take<Role>('role', choice(ROLES), 'all'),
    peerHost: take<string | null>('peer.host', text, null),
    peerPort: take('peer.port', wholeNumber(0, 65_535), 0),
    leaseMs: take('lease', leaseMs, 10_000),
  };
}

/** Shorter ones would be over whenever a process collects its garbage. */
const LEAST_LEASE_MS = 1_000;

function leaseMs(given: Given): number {
  const ms = durationMs(given);
  if (ms >= LEAST_LEASE_MS) return ms;
  throw refusal(given.from, `"${String(given.value)}" is shorter than 1s`);
}

/** The part of the configuration that says which engines others can share. */
type Engines = {
  readonly databaseUrl: string | null;
  readonly log: { readonly engine: string };
  readonly online: { readonly engine: string };
};

/** Settings whose engine belongs to one process, with what others could share. */
function embeddedOnes({ databaseUrl, log, online }: Engines): readonly string[] {
  return [
    ...(databaseUrl === null ? ['databaseUrl: postgres://…'] : []),
    ...(log.engine === 'kafka' ? [] : ['log.engine: kafka']),
    ...(online.engine === 'redis' ? [] : ['online.engine: redis']),
  ];
}

/** Whether several processes may share registry, log and online state. */
export function isShared(engines: Engines): boolean {
  return embeddedOnes(engines).length === 0;
}

/** Throws INVALID_DOCUMENT, naming what to set, where `what` needs engines that processes share. */
export function requireShared(engines: Engines, what: string): void {
  const missing = embeddedOnes(engines);
  if (missing.length === 0) return;
  const message = `${what} needs engines that several processes share; set ${missing.join(', ')}`;
  throw new PlumblineError('INVALID_DOCUMENT', message, { path: what });
}
