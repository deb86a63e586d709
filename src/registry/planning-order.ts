import { DOCUMENT_KINDS, type Document } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import type { ProjectDefinitions } from './project-definitions.js';

/** In which order the documents of a request are planned. */
export type PlanningOrder = {
  /** Places in the request: each kind after those it refers to, a chained feature set after its inputs. */
  readonly order: readonly number[];
  /** Feature sets that would read each other, by their place in the request; one problem a circle. */
  readonly circles: readonly { readonly index: number; readonly problem: Problem }[];
};

/** Orders documents, of which no two have one kind and name; `before` is what is registered already. */
export function planningOrder(documents: readonly Document[], before: ProjectDefinitions): PlanningOrder {
  const inputsOf = documents.map((document) => readsOf(document, documents, before));
  const order: number[] = [];
  const circles: { index: number; problem: Problem }[] = [];
  const done = new Set<number>();
  const visit = (index: number, open: readonly number[]): void => {
    if (done.has(index)) return;
    for (const { target, path } of inputsOf[index]!) {
      const start = [...open, index].indexOf(target);
      if (start < 0) visit(target, [...open, index]);
      else circles.push({ index, problem: circleProblem([...open, index].slice(start), documents, path) });
    }
    done.add(index);
    order.push(index);
  };
  for (const index of byKind(documents)) visit(index, []);
  return { order, circles };
}

function byKind(documents: readonly Document[]): readonly number[] {
  const place = (index: number): number => DOCUMENT_KINDS.indexOf(documents[index]!.kind);
  return [...documents.keys()].sort((a, b) => place(a) - place(b));
}

type InputRead = { readonly target: number; readonly path: string };

/** The feature sets of the same request that a chained one reads as they are in it; a registered version is another thing. */
function readsOf(
  document: Document,
  documents: readonly Document[],
  before: ProjectDefinitions,
): readonly InputRead[] {
  if (document.kind !== 'FeatureSet' || document.inputs === undefined) return [];
  return document.inputs.flatMap(({ featureSet, version }, input) => {
    const registered = before
      .versions('FeatureSet', featureSet)
      .some(({ stored }) => stored.version === version);
    const target = documents.findIndex(({ kind, name }) => kind === 'FeatureSet' && name === featureSet);
    return registered || target < 0 ? [] : [{ target, path: `/inputs/${input}/featureSet` }];
  });
}

function circleProblem(circle: readonly number[], documents: readonly Document[], path: string): Problem {
  const names = [...circle, circle[0]!].map((index) => documents[index]!.name).join(' → ');
  const message = `feature sets would read each other: ${names}; pin one of them to a registered version, or compute it from other features`;
  return { path, message };
}
