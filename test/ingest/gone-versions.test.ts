import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/definition/document.js';
import { EmbeddedLog } from '../../src/ingest/adapter/embedded-log.js';
import { LmdbIdentities } from '../../src/ingest/adapter/lmdb-identities.js';
import { SoleOwner } from '../../src/ingest/ownership.js';
import { Pipelines } from '../../src/ingest/pipelines.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { History } from '../../src/offline/history.js';
import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import { ManualClock } from '../../src/platform/clock.js';
import { NO_PATIENCE } from '../../src/platform/start-patience.js';
import { Catalog, CatalogHolder } from '../../src/registry/catalog.js';
import type { StoredVersion } from '../../src/registry/project-definitions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const DOCUMENTS: readonly Document[] = [
  { kind: 'Entity', name: 'sensor', keys: [{ name: 'sensor', type: 'INT64' }] },
  {
    kind: 'Source',
    name: 'readings',
    eventTime: 'at',
    columns: [
      { name: 'sensor', type: 'INT64' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'v', type: 'INT64' },
    ],
  },
  { kind: 'FeatureSet', name: 'latest', entity: 'sensor', source: 'readings', features: [{ name: 'v' }] },
  {
    kind: 'FeatureSet',
    name: 'hourly',
    entity: 'sensor',
    source: 'readings',
    features: [{ name: 'sum', aggregate: 'SUM(v)', window: '1h' }],
  },
];

const GONE = 90;

describe('online state of versions that are gone', () => {
  const folder = temporaryFolder('gone');
  const forgotten: number[] = [];
  let close = async (): Promise<void> => undefined;
  afterAll(() => close());

  /** The pipelines of a service with the same documents in some projects, and versions that others register meanwhile. */
  const started = async (
    projects: readonly string[],
    others: readonly number[] = [],
  ): Promise<LmdbOnlineStore> => {
    const online = LmdbOnlineStore.open(join(folder, 'online'));
    const limits = { memoryLimit: '512MB', threads: 1 };
    const offline = await DuckdbOfflineStore.open(join(folder, 'history.duckdb'), limits);
    const versions = projects.flatMap((project, i) =>
      DOCUMENTS.map((document, j) => storedVersion(project, document, 1 + DOCUMENTS.length * i + j)),
    );
    const known = new Set([...versions.map(({ id }) => id), ...others]);
    const parts = {
      log: new EmbeddedLog(join(folder, 'log')),
      online,
      history: new History(offline),
      identities: LmdbIdentities.open(join(folder, 'identities')),
      activations: {
        record: async () => undefined,
        forget: async (setId: number) => void forgotten.push(setId),
        registered: async (setIds: readonly number[]) => new Set(setIds.filter((id) => known.has(id))),
      },
      clock: new ManualClock(0n),
      ownership: new SoleOwner(),
      held: { takeUp: async () => undefined },
      keepsHistory: true,
      patience: NO_PATIENCE,
      onDefect: (cause: unknown) => {
        throw cause;
      },
    };
    const pipelines = new Pipelines(parts, new CatalogHolder(Catalog.of(versions)));
    await pipelines.start();
    close = () => pipelines.close();
    return online;
  };

  it('goes when the service starts, built or active, and what other projects have stays', async () => {
    const before = await started(['a', 'b', 'c']);
    expect(await before.heldSets()).toEqual([3, 4, 7, 8, 11, 12]);
    // As a crash leaves them that came after the versions went and before their state did.
    await before.buildWindows(GONE, [], { after: -1n, through: 3n });
    await before.activate(GONE + 1);
    await close();

    const after = await started(['a', 'b']);
    expect(await after.heldSets()).toEqual([3, 4, 7, 8]);
    expect(forgotten).toEqual([11, 12, GONE, GONE + 1]);
    await close();
  });

  it('stays where another process registered the version after the catalog was read', async () => {
    const before = await started(['a']);
    await before.activate(GONE);
    await close();

    const after = await started(['a'], [GONE]);
    expect(await after.heldSets()).toContain(GONE);
  });
});

function storedVersion(project: string, document: Document, id: number): StoredVersion {
  const { kind, name } = document;
  const same = { version: 1, revision: 1, fingerprint: '', pins: {}, state: 'active', stateDetails: {} };
  return { id, project, kind, name, document, createdAt: new Date(0), ...same } as StoredVersion;
}
