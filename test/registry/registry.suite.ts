import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Activations } from '../../src/registry/activations.js';
import { type DatabaseConnection, databaseOptions, openDatabase } from '../../src/registry/database.js';
import { Documents } from '../../src/registry/documents.js';
import type { StoredVersion } from '../../src/registry/project-definitions.js';
import { recordedUses } from '../../src/registry/recorded-uses.js';
import { ModelVersions, TrainingSets } from '../../src/registry/records.js';

/** What every registry database must do; `connect` gives a connection to the same database each time. */
export function registrySuite(engine: string, connect: () => Promise<DatabaseConnection>): void {
  describe(`registry on ${engine}`, () => {
    let database: DataSource;
    beforeAll(async () => {
      database = await openDatabase(databaseOptions(await connect()));
    });
    afterAll(() => database.destroy());
    beforeEach(async () => {
      await database.query(
        'TRUNCATE document_version, training_set, model_version, activation, last_version',
      );
    });

    async function insertedSet(part: Partial<StoredVersion>): Promise<number> {
      const documents = new Documents(database);
      await documents.change((transaction) => transaction.insert(versionOf({ kind: 'FeatureSet', ...part })));
      return (await documents.all()).at(-1)!.id;
    }

    it('keeps a document exactly: order of members, big integers, -0.0, any code point', async () => {
      const documents = new Documents(database);
      const document = {
        ...ENTITY,
        description: 'tab\tnul\u0000 \u{1F6EB} "quoted"',
        tags: ['z', 'a', ''],
        extra: { big: 2n ** 63n - 1n, negativeZero: -0, tiny: 5e-324, after: null },
      };
      await documents.change((transaction) => transaction.insert(versionOf({ document })));
      const [stored] = await documents.all();
      expect(stored!.document).toEqual(document);
      expect(Object.keys(stored!.document)).toEqual(Object.keys(document));
      expect(stored).toMatchObject({
        project: 'p',
        kind: 'Entity',
        name: 'airport',
        version: 1,
        revision: 1,
      });
      expect(stored!.createdAt).toBeInstanceOf(Date);
    });

    it('gives every version a number of its own over all projects', async () => {
      const documents = new Documents(database);
      await documents.change(async (transaction) => {
        await transaction.insert(versionOf({ project: 'p' }));
        await transaction.insert(versionOf({ project: 'q' }));
      });
      const ids = (await documents.all()).map(({ id }) => id);
      expect(new Set(ids).size).toBe(2);
      expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
    });

    it('undoes everything when the work of a transaction throws', async () => {
      const documents = new Documents(database);
      const failed = documents.change(async (transaction) => {
        await transaction.insert(versionOf({}));
        throw new Error('after the insert');
      });
      await expect(failed).rejects.toThrow('after the insert');
      expect(await documents.all()).toEqual([]);
    });

    it('refuses the same version twice with CONFLICT and goes on', async () => {
      const documents = new Documents(database);
      const insert = () => documents.change((transaction) => transaction.insert(versionOf({})));
      await insert();
      await expect(insert()).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await documents.all()).toHaveLength(1);
    });

    it('changes the documentation of a version in place', async () => {
      const documents = new Documents(database);
      await documents.change((transaction) => transaction.insert(versionOf({})));
      const [stored] = await documents.all();
      const document = { ...ENTITY, description: 'new' };
      await documents.change((transaction) => transaction.redocument({ ...stored!, document }));
      expect(await documents.all()).toEqual([{ ...stored!, document, revision: 2 }]);
    });

    it('never lets two changes interleave', async () => {
      const documents = new Documents(database);
      const register = () =>
        documents.change(async (transaction) => {
          const before = await transaction.of('p');
          await transaction.insert(versionOf({ version: before.length + 1 }));
        });
      await Promise.all(Array.from({ length: 12 }, register));
      const versions = (await documents.all()).map(({ version }) => version);
      expect(versions).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    });

    it('keeps training sets by project and id', async () => {
      const sets = new TrainingSets(database);
      const record = { rows: 3, contentHash: 'ab', category: 'nul \u0000', mean: 0.1 + 0.2 };
      await sets.insert('p', 'one', record);
      expect(await sets.get('p', 'one')).toMatchObject({ project: 'p', id: 'one', record });
      expect(await sets.list('q')).toEqual([]);
      await expect(sets.get('q', 'one')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(sets.insert('p', 'one', {})).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('numbers model versions without gaps, also when trained at once', async () => {
      const versions = new ModelVersions(database);
      const train = () => versions.insert('p', 'delay', (version) => ({ said: version }));
      await Promise.all(Array.from({ length: 6 }, train));
      const stored = await versions.list('p', 'delay');
      expect(stored.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(stored.map(({ record }) => record)).toEqual([1, 2, 3, 4, 5, 6].map((said) => ({ said })));
      expect((await versions.get('p', 'delay')).version).toBe(6);
      expect((await versions.get('p', 'delay', 2)).version).toBe(2);
      await expect(versions.get('p', 'delay', 7)).rejects.toThrow('the latest is 6');
      await expect(versions.get('p', 'other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('finds the newest model version by the hash of its transform, in its project', async () => {
      const versions = new ModelVersions(database);
      const record = (transformHash: string) => ({ record: { transformHash } });
      await versions.insert('p', 'delay', () => record('aa'));
      await versions.insert('p', 'delay', () => record('bb'));
      await versions.insert('p', 'delay', () => record('aa'));
      await versions.insert('q', 'other', () => record('cc'));
      expect(await versions.withTransform('p', 'aa')).toMatchObject({ model: 'delay', version: 3 });
      expect(await versions.withTransform('p', 'bb')).toMatchObject({ model: 'delay', version: 2 });
      await expect(versions.withTransform('p', 'cc')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('leaves no number behind when the record of a model version fails', async () => {
      const versions = new ModelVersions(database);
      const failed = versions.insert('p', 'delay', () => Promise.reject(new Error('no files')));
      await expect(failed).rejects.toThrow('no files');
      expect((await versions.insert('p', 'delay', () => ({}))).version).toBe(1);
    });

    it('keeps the first activation of a feature set version until it is renewed or forgotten', async () => {
      const activations = new Activations(database);
      const id = await insertedSet({});
      const first = { sequence: 2n ** 62n, visibleUs: -1n };
      const later = { sequence: 2n ** 62n + 1n, visibleUs: 5n };
      await activations.record(id, first);
      await activations.record(id, later);
      expect(await activations.of([id, id + 1])).toEqual(new Map([[id, first]]));
      await activations.renew(id, later);
      expect(await activations.of([id])).toEqual(new Map([[id, later]]));
      await activations.forget(id);
      expect(await activations.of([id])).toEqual(new Map());
      expect(await activations.of([])).toEqual(new Map());
    });

    it('activates nothing that is deleted or inactive', async () => {
      const activations = new Activations(database);
      const id = await insertedSet({ state: 'inactive' });
      for (const setId of [id, id + 1]) await activations.record(setId, { sequence: 0n, visibleUs: 0n });
      expect(await activations.of([id, id + 1])).toEqual(new Map());
    });

    it('keeps the state of a version and why; an inactive one loses its activation', async () => {
      const documents = new Documents(database);
      const activations = new Activations(database);
      const id = await insertedSet({});
      await activations.record(id, { sequence: 1n, visibleUs: 1n });
      const [stored] = await documents.all();
      const details = { reason: 'nul \u0000', use: 'airport@2' };
      await documents.change((transaction) => transaction.setState(stored!, 'deprecated', details));
      expect(await documents.all()).toEqual([{ ...stored!, state: 'deprecated', stateDetails: details }]);
      expect((await activations.of([id])).size).toBe(1);
      await documents.change((transaction) => transaction.setState(stored!, 'inactive', {}));
      expect(await documents.all()).toEqual([{ ...stored!, state: 'inactive' }]);
      expect((await activations.of([id])).size).toBe(0);
    });

    it('deletes versions with their activations and remembers the highest number of each name', async () => {
      const documents = new Documents(database);
      const activations = new Activations(database);
      const ids = [await insertedSet({ version: 1 }), await insertedSet({ version: 2 })];
      await activations.record(ids[1]!, { sequence: 1n, visibleUs: 1n });
      for (const version of [2, 1]) {
        const stored = (await documents.all()).find((each) => each.version === version)!;
        await documents.change((transaction) => transaction.delete([stored]));
      }
      expect(await documents.all()).toEqual([]);
      expect((await activations.of(ids)).size).toBe(0);
      const lastVersions = await documents.change((transaction) => transaction.lastVersions('p'));
      expect(lastVersions('FeatureSet', 'airport')).toBe(2);
      expect(lastVersions('Entity', 'airport')).toBe(0);
      expect(await insertedSet({ version: 3 })).toBeGreaterThan(ids[1]!);
    });

    it('tells what training sets and trained models rest on, and passes over other records', async () => {
      const query = { featureService: 'weather', version: 3 };
      const sets = new TrainingSets(database);
      await sets.insert('p', 'one', { query });
      await sets.insert('p', 'odd', { query: [1], featureService: 'weather' });
      await sets.insert('q', 'other', { query });
      const definition = { name: 'delay', version: 2 };
      await new ModelVersions(database).insert('p', 'delay', () => ({ record: { definition } }));
      expect(await recordedUses(database.manager, 'p')).toEqual([
        {
          of: { kind: 'FeatureService', name: 'weather', version: 3 },
          by: { kind: 'TrainingSet', name: 'one' },
        },
        {
          of: { kind: 'Model', name: 'delay', version: 2 },
          by: { kind: 'TrainedModel', name: 'delay', version: 1 },
        },
      ]);
    });

    it('finds its tables again when it is opened anew', async () => {
      await new Documents(database).change((transaction) => transaction.insert(versionOf({})));
      await database.destroy();
      database = await openDatabase(databaseOptions(await connect()));
      expect(await new Documents(database).all()).toHaveLength(1);
    });
  });
}

const ENTITY = { kind: 'Entity', name: 'airport', keys: [{ name: 'origin', type: 'STRING' }] } as const;

function versionOf(part: Partial<StoredVersion>): StoredVersion {
  return {
    id: 0,
    project: 'p',
    kind: 'Entity',
    name: 'airport',
    version: 1,
    revision: 1,
    fingerprint: 'f',
    document: ENTITY,
    pins: {},
    state: 'active',
    stateDetails: {},
    createdAt: new Date(0),
    ...part,
  };
}
