import type { Document, DocumentKind } from '../definition/document.js';
import { type Change, changeOf, primedSources } from './change.js';
import { checkDocument } from './check-document.js';
import type { DocumentsTransaction } from './documents.js';
import { type Draft, type PlannedChange, planDocument } from './plan.js';
import { planText } from './plan-text.js';
import { planningOrder } from './planning-order.js';
import type { Publishing, Stored } from './publishing.js';
import { referencesOf } from './references.js';
import { Refusals } from './refusals.js';
import type { SourceRows } from './source-rows.js';
import { computedTypes } from './typed-difference.js';
import { validateDocument } from './validate-document.js';
import type { DocumentInput } from './yaml-documents.js';

/** Documents of one request, in the order in which their changes are answered. */
export type ApplyRequest = {
  readonly project: string;
  readonly inputs: readonly DocumentInput[];
  /** Where document `index` stands in the request, for error paths. */
  readonly pathOf: (index: number) => string;
};

/** Registers documents: all of a request or none. */
export class PlanApply {
  constructor(
    private readonly publishing: Publishing,
    private readonly sourceRows: SourceRows,
  ) {}

  /** What {@link apply} would do; writes nothing. Throws the same refusals. */
  async plan(request: ApplyRequest): Promise<readonly Change[]> {
    return this.changes(await this.planned(request));
  }

  /** The same for a person at a terminal. */
  async planText(request: ApplyRequest): Promise<string> {
    const all = await this.planned(request);
    const changes = await this.changes(all);
    const shown = all.planned.map(({ next }, index) => ({
      change: changes[index]!,
      document: next.stored.document,
      types: computedTypes(next),
    }));
    return planText(request.project, shown);
  }

  /**
   * Registers documents in one transaction, then swaps the catalog and awaits its listeners: when this resolves, the
   * definitions serve, but for feature set versions that are still being primed. Throws INVALID_DOCUMENT,
   * INVALID_EXPRESSION or SCHEMA_CHANGE_REFUSED with every problem; then nothing is written.
   */
  async apply(request: ApplyRequest): Promise<readonly Change[]> {
    const documents = validated(request);
    const applied = await this.publishing.change(request.project, async (stored) => {
      const all = await planAll(request, documents, stored);
      for (const change of all.inOrder) await write(stored.transaction, change);
      return all;
    });
    return this.changes(applied);
  }

  private planned(request: ApplyRequest): Promise<Planned> {
    const documents = validated(request);
    return this.publishing.read(request.project, (stored) => planAll(request, documents, stored));
  }

  private async changes({ planned, draft }: Planned): Promise<readonly Change[]> {
    const { project } = draft.before;
    const sourceRows = new Map<string, bigint | null>();
    for (const source of primedSources(planned)) {
      const known = draft.before.latest('Source', source) !== null;
      sourceRows.set(source, known ? await this.sourceRows.count(project, source) : 0n);
    }
    return planned.map((change) => changeOf(change, { draft, sourceRows }));
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

type Planned = {
  /** In the order of the request. */
  readonly planned: readonly PlannedChange[];
  /** In an order in which each stands after what it refers to. */
  readonly inOrder: readonly PlannedChange[];
  readonly draft: Draft;
};

/** Plans all documents, each after those it refers to. */
async function planAll(
  request: ApplyRequest,
  documents: readonly Document[],
  { before, transaction }: Stored,
): Promise<Planned> {
  const lastVersions = await transaction.lastVersions(request.project);
  const refusals = new Refusals(request.inputs, request.pathOf);
  const refused = new Set<string>();
  const readsModels = documents.some(
    (document) => document.kind === 'Model' && document.cascade !== undefined,
  );
  const trained = readsModels ? await transaction.trainedVersions(request.project) : () => [];
  const draft = { before, after: before.copy(), lastVersions, trained };
  const planned = new Map<number, PlannedChange>();
  const { order, circles } = planningOrder(documents, before);
  for (const { index, problem } of circles) {
    refused.add(keyOf(documents[index]!));
    refusals.add(index, 'INVALID_DOCUMENT', [problem]);
  }
  for (const index of order) {
    const document = documents[index]!;
    // What refers to a refused document would only repeat its problem.
    const follows = referencesOf(document).some((reference) => refused.has(keyOf(reference)));
    if (refused.has(keyOf(document))) continue;
    try {
      if (follows) refused.add(keyOf(document));
      else planned.set(index, planDocument(document, draft));
    } catch (cause) {
      refused.add(keyOf(document));
      refusals.addThrown(index, cause);
    }
  }
  refusals.throwIfAny();
  const at = (index: number): PlannedChange => planned.get(index)!;
  return { planned: documents.map((_, index) => at(index)), inOrder: order.map(at), draft };
}

function keyOf({ kind, name }: { readonly kind: DocumentKind; readonly name: string }): string {
  return `${kind}/${name}`;
}

async function write(transaction: DocumentsTransaction, { action, next }: PlannedChange): Promise<void> {
  const { stored } = next;
  if (action === 'created' || action === 'newVersion') await transaction.insert(stored);
  if (action === 'updated') await transaction.redocument(stored);
}
