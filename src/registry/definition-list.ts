import type { DocumentSummary } from './document-view.js';
import type { VersionState } from './version-state.js';

/** Which definitions to list; all without any member. */
export type ListFilter = {
  readonly owner?: string;
  readonly tag?: string;
  readonly state?: VersionState;
  /** Part of a name or description, whatever its case. */
  readonly search?: string;
  /** Most items of one answer. */
  readonly limit?: number;
  /** Only names behind this one. */
  readonly after?: string;
};

export type DefinitionList = {
  readonly items: readonly DocumentSummary[];
  /** The `after` of the next answer, where there is more. */
  readonly next?: string;
};

/** The summaries, sorted by name, that a filter lets through. */
export function listed(summaries: readonly DocumentSummary[], filter: ListFilter): DefinitionList {
  const { after, limit = summaries.length } = filter;
  const found = summaries.filter(
    (summary) => (after === undefined || summary.name > after) && matches(summary, filter),
  );
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(last !== undefined && items.length < found.length && { next: last.name }) };
}

function matches(summary: DocumentSummary, { owner, tag, state, search }: ListFilter): boolean {
  if (owner !== undefined && summary.owner !== owner) return false;
  if (tag !== undefined && !(summary.tags ?? []).includes(tag)) return false;
  if (state !== undefined && summary.state !== state) return false;
  const text = `${summary.name}\n${summary.description ?? ''}`.toLowerCase();
  return search === undefined || text.includes(search.toLowerCase());
}
