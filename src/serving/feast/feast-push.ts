import type { SourceDocument } from '../../definition/document.js';
import { PlumblineError } from '../../definition/error.js';
import type { CatalogHolder } from '../../registry/catalog.js';
import type { RowDoor } from '../row-door.js';
import type { FeastColumns, FeastPushRequest } from './feast-request.js';
import { readFeastColumn, readFeastTimes } from './feast-time.js';

/** Pushes in the wire format of Feast's feature server: the name of a push source is that of a source. */
export class FeastPush {
  constructor(
    private readonly catalogs: CatalogHolder,
    private readonly door: RowDoor,
  ) {}

  /** Resolves when the rows are durable, and visible online and in history. Throws what a push throws; one wrong row refuses them all. */
  async push(project: string, { source: name, columns }: FeastPushRequest): Promise<void> {
    const source = this.sourceOf(project, name);
    const rows = { format: 'columns', columns: readColumns(source, columns) } as const;
    await this.door.push({ project, source: name, rows, invalid: 'refuse' });
  }

  private sourceOf(project: string, name: string): SourceDocument {
    try {
      return this.catalogs.current().source(project, name);
    } catch (error) {
      if (!(error instanceof PlumblineError)) throw error;
      throw new PlumblineError(error.code, error.message, { path: '/push_source_name' });
    }
  }
}

function readColumns(source: SourceDocument, columns: FeastColumns): FeastColumns {
  const types = new Map(source.columns.map(({ name, type }) => [name, type]));
  const read = new Map(columns);
  for (const [name, values] of columns) {
    const type = types.get(name);
    if (type === undefined) continue;
    const isTime = name === source.eventTime || name === source.createdTime;
    read.set(name, isTime ? readFeastTimes(values) : readFeastColumn(type, values));
  }
  return read;
}
