import type { DocumentKind } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { type Dependant, versionWords } from './dependants.js';
import { KIND_WORDS, type ProjectDefinitions, type StoredVersion } from './project-definitions.js';
import type { Publishing } from './publishing.js';
import { requireNoneResting, restingOn } from './resting.js';
import type { SourceRows } from './source-rows.js';

/** What is to be deleted: one version, or every one without `version`. */
export type Deletion = {
  readonly project: string;
  readonly kind: DocumentKind;
  readonly name: string;
  readonly version?: number;
};

/** Deletes definition versions that nothing rests on. Their numbers are never given again (S26). */
export class DeleteVersions {
  constructor(
    private readonly publishing: Publishing,
    private readonly sourceRows: SourceRows,
  ) {}

  /**
   * Deletes and gives what was deleted, oldest first; what listens to the catalog drops the rest. Throws NOT_FOUND, and
   * IN_USE while a definition, training set or trained model rests on one, or a source still has rows.
   */
  async delete(deletion: Deletion): Promise<readonly Dependant[]> {
    const { project, kind, name } = deletion;
    this.publishing.current(project).find(kind, name, deletion.version);
    // Not inside the transaction, which whoever counts may need for itself.
    const rows = kind === 'Source' ? await this.sourceRows.count(project, name) : 0n;
    return this.publishing.change(project, async ({ before, transaction }) => {
      const targets = targetsOf(deletion, before);
      const uses = await transaction.recordedUses(project);
      for (const target of targets) {
        requireNoneResting(restingOn(target, before, uses), {
          refused: `${versionWords(target)} cannot be deleted`,
          remedy: 'delete those first, or deprecate it',
        });
      }
      requireNoRows(targets, before, rows);
      await transaction.delete(targets);
      return targets.map(({ version }) => ({ kind, name, version }));
    });
  }
}

function targetsOf(
  { kind, name, version }: Deletion,
  definitions: ProjectDefinitions,
): readonly StoredVersion[] {
  const latest = definitions.find(kind, name, version).stored;
  if (version !== undefined) return [latest];
  return definitions.versions(kind, name).map(({ stored }) => stored);
}

/** Rows are read by the latest version of their source, which an older one lacks columns of. */
function requireNoRows(
  targets: readonly StoredVersion[],
  definitions: ProjectDefinitions,
  rows: bigint | null,
): void {
  const [first] = targets;
  if (first === undefined || first.kind !== 'Source' || rows === 0n) return;
  const latest = definitions.find('Source', first.name).stored;
  if (!targets.some(({ id }) => id === latest.id)) return;
  const what = `${KIND_WORDS.Source} "${first.name}"`;
  const why =
    rows === null
      ? 'it is not known whether it has rows'
      : `its log holds ${rows} rows that only it describes`;
  throw new PlumblineError(
    'IN_USE',
    `${what} version ${latest.version} cannot be deleted: ${why}; deprecate it instead`,
  );
}
