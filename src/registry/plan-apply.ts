import { DOCUMENT_KINDS, type Document, type DocumentKind } from '../definition/document.js';
import type { CatalogHolder } from './catalog.js';
import { checkDocument } from './check-document.js';
import { compileProject } from './compile-project.js';
import type { Dependant } from './dependants.js';
import type { Difference } from './differences.js';
import type { JsonSchema } from './document.schema.js';
import type { Documents, DocumentsTransaction } from './documents.js';
import { type ChangeAction, type PlannedChange, planDocument } from './plan.js';
import type { ProjectDefinitions } from './project-definitions.js';
import { referencesOf } from './references.js';
import { Refusals } from './refusals.js';
import { registeredRowSchema } from './row-schema.js';
import { validateDocument } from './validate-document.js';
import type { DocumentInput } from './yaml-documents.js';

/** What registering one document did, or would do. */
export type Change = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly action: ChangeAction;
  readonly version: number;
  readonly differences: readonly Difference[];
  readonly dependants: readonly Dependant[];
  readonly rowSchema?: JsonSchema;
};

/** Documents of one request, in the order in which their changes are answered. */
export type ApplyRequest = {
  readonly project: string;
  readonly inputs: readonly DocumentInput[];
  /** Where document `index` stands in the request, for error paths. */
  readonly pathOf: (index: number) => string;
};

/** Registers documents: all of a request or none, one request after the other. */
export class PlanApply {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly documents: Documents,
    private readonly catalogs: CatalogHolder,
  ) {}

  /** What {@link apply} would do; writes nothing. Throws the same refusals. */
  async plan(request: ApplyRequest): Promise<readonly Change[]> {
    const documents = validated(request);
    return this.documents.change(async (transaction) => {
      const before = await this.definitions(transaction, request.project);
      return planAll(request, documents, before).map(changeOf);
    });
  }

  /**
   * Registers documents in one transaction, then swaps the catalog and awaits its listeners: when this resolves, the
   * definitions serve. Throws INVALID_DOCUMENT, INVALID_EXPRESSION or SCHEMA_CHANGE_REFUSED with every problem; then
   * nothing is written.
   */
  async apply(request: ApplyRequest): Promise<readonly Change[]> {
    const documents = validated(request);
    const applied = this.turn.then(() => this.applyNow(request, documents));
    this.turn = applied.catch(() => undefined);
    return applied;
  }

  private async applyNow(request: ApplyRequest, documents: readonly Document[]): Promise<readonly Change[]> {
    const { project } = request;
    const { changes, versions } = await this.documents.change(async (transaction) => {
      const before = await this.definitions(transaction, project);
      const planned = planAll(request, documents, before);
      for (const change of inKindOrder(planned)) await write(transaction, change);
      return { changes: planned.map(changeOf), versions: await transaction.of(project) };
    });
    await this.catalogs.replace(this.catalogs.current().with(project, versions));
    return changes;
  }

  private async definitions(transaction: DocumentsTransaction, project: string): Promise<ProjectDefinitions> {
    const known = this.catalogs.current().definitions(project);
    return compileProject(project, await transaction.of(project), known);
  }
}

/** The documents by schema and on their own; throws every problem of every one. */
function validated(request: ApplyRequest): readonly Document[] {
  const refusals = new Refusals(request.inputs, request.pathOf);
  const first = new Map<string, number>();
  const documents = request.inputs.flatMap(({ data }, index) => {
    const checked = validateDocument(data);
    if ('problems' in checked) {
      refusals.add(index, 'INVALID_DOCUMENT', checked.problems);
      return [];
    }
    const { document } = checked;
    refusals.add(index, 'INVALID_DOCUMENT', checkDocument(document));
    const key = keyOf(document);
    const other = first.get(key);
    if (other === undefined) first.set(key, index);
    else {
      const message = `${document.kind} "${document.name}" is there twice, first at ${request.pathOf(other)}; keep one`;
      refusals.add(index, 'INVALID_DOCUMENT', [{ path: '/name', message }]);
    }
    return [document];
  });
  refusals.throwIfAny();
  return documents;
}

/** Plans all documents, each kind after those it refers to; the answer is in the order of the request. */
function planAll(
  request: ApplyRequest,
  documents: readonly Document[],
  before: ProjectDefinitions,
): readonly PlannedChange[] {
  const refusals = new Refusals(request.inputs, request.pathOf);
  const refused = new Set<string>();
  const draft = { before, after: before.copy() };
  const planned = new Map<number, PlannedChange>();
  for (const index of byKind(documents)) {
    const document = documents[index]!;
    // What refers to a refused document would only repeat its problem.
    const follows = referencesOf(document).some((reference) => refused.has(keyOf(reference)));
    try {
      if (follows) refused.add(keyOf(document));
      else planned.set(index, planDocument(document, draft));
    } catch (cause) {
      refused.add(keyOf(document));
      refusals.addThrown(index, cause);
    }
  }
  refusals.throwIfAny();
  return documents.map((_, index) => planned.get(index)!);
}

function byKind(documents: readonly Document[]): readonly number[] {
  const order = (index: number): number => DOCUMENT_KINDS.indexOf(documents[index]!.kind);
  return [...documents.keys()].sort((a, b) => order(a) - order(b));
}

function keyOf({ kind, name }: { readonly kind: DocumentKind; readonly name: string }): string {
  return `${kind}/${name}`;
}

function inKindOrder(planned: readonly PlannedChange[]): readonly PlannedChange[] {
  const order = ({ next }: PlannedChange): number => DOCUMENT_KINDS.indexOf(next.stored.kind);
  return planned.toSorted((a, b) => order(a) - order(b));
}

async function write(transaction: DocumentsTransaction, { action, next }: PlannedChange): Promise<void> {
  const { stored } = next;
  if (action === 'created' || action === 'newVersion') await transaction.insert(stored);
  if (action === 'updated') await transaction.redocument(stored);
}

function changeOf({ action, next, differences, dependants }: PlannedChange): Change {
  const { kind, name, version } = next.stored;
  const rowSchema = registeredRowSchema(next);
  return { kind, name, action, version, differences, dependants, ...(rowSchema !== null && { rowSchema }) };
}
