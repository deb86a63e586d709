import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { BatchParts, writeWhole } from './batch-parts.js';

const COLUMNS = [{ name: 'x', type: 'INT64' as const }];

it('begins a part that was begun as it was begun then, and the next one anew', async () => {
  const folder = temporaryFolder('parts');
  const first = await BatchParts.open(folder);
  await first.begin({ createdUs: 5n, rows: 10 });
  const again = await BatchParts.open(folder);
  expect(await again.begin({ createdUs: 9n, rows: 4 })).toEqual({ createdUs: 5n, rows: 10 });
  await again.add({ rows: 10, columns: COLUMNS, receipt: { accepted: 7, quarantined: 2, held: 1 } });
  expect(await again.begin({ createdUs: 9n, rows: 4 })).toEqual({ createdUs: 9n, rows: 4 });
  await again.add({ rows: 4, columns: COLUMNS, receipt: { accepted: 4, quarantined: 0, held: 0 } });
  const { count, rows, columns, receipt } = await BatchParts.open(folder);
  expect({ count, rows, columns, receipt }).toEqual({
    count: 2,
    rows: 14,
    columns: COLUMNS,
    receipt: { accepted: 11, quarantined: 2, held: 1 },
  });
});

it('does not begin from nothing where the manifest cannot be read', async () => {
  const folder = temporaryFolder('parts');
  mkdirSync(join(folder, 'parts.json'));
  await expect(BatchParts.open(folder)).rejects.toMatchObject({ code: 'EISDIR' });
});

it('removes what an attempt left unfinished', async () => {
  const folder = temporaryFolder('parts');
  mkdirSync(join(folder, 'result.parquet.tmp-x1'));
  for (const name of ['part-000000.arrow', 'part-000001.arrow.tmp', 'result.parquet.tmp-x1/0.parquet'])
    writeFileSync(join(folder, name), 'x');
  await BatchParts.open(folder);
  expect(readdirSync(folder)).toEqual(['part-000000.arrow']);
});

it('leaves nothing of a file that could not be written', async () => {
  const folder = temporaryFolder('parts');
  const failing = writeWhole(join(folder, 'a'), async (path) => {
    writeFileSync(path, 'half');
    throw new Error('no space');
  });
  await expect(failing).rejects.toThrow('no space');
  expect(readdirSync(folder)).toEqual([]);
});
