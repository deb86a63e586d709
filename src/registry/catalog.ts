import type { AnyFeatureSet, SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import { isLabelSet } from '../compile/label-set.js';
import type { CompiledModel } from '../compile/model.js';
import type { DocumentKind, EntityDocument, SourceDocument } from '../definition/document.js';
import { compileProject } from './compile-project.js';
import { FeatureLists } from './feature-list.js';
import { ProjectDefinitions, type Registered, type StoredVersion } from './project-definitions.js';
import { serviceWarnings } from './state-warnings.js';

/**
 * Everything that is registered, compiled: one immutable snapshot that a request holds from start to end. Lookups throw
 * NOT_FOUND, naming what exists; without `version` they give the latest.
 */
export class Catalog {
  private readonly lists = new FeatureLists();
  private readonly warnings = new WeakMap<CompiledFeatureService, readonly string[]>();

  private constructor(private readonly projects: ReadonlyMap<string, ProjectDefinitions>) {}

  /** Compiles every version of every project. */
  static of(versions: readonly StoredVersion[]): Catalog {
    const byProject = Map.groupBy(versions, ({ project }) => project);
    const projects = [...byProject].map(([project, own]) => compileProject(project, own, null));
    return new Catalog(new Map(projects.map((definitions) => [definitions.project, definitions])));
  }

  /** This catalog with one project's versions replaced; what did not change is not compiled again. */
  with(project: string, versions: readonly StoredVersion[]): Catalog {
    const definitions = compileProject(project, versions, this.definitions(project));
    return new Catalog(new Map(this.projects).set(project, definitions));
  }

  entity(project: string, name: string): EntityDocument {
    return this.definitions(project).find('Entity', name).compiled;
  }

  /** The latest version of a source: its schema only grows, so it holds for all rows. */
  source(project: string, name: string): SourceDocument {
    return this.definitions(project).find('Source', name).compiled;
  }

  featureSet(project: string, name: string, version?: number): AnyFeatureSet {
    return this.definitions(project).find('FeatureSet', name, version).compiled;
  }

  featureService(project: string, name: string, version?: number): CompiledFeatureService {
    return this.definitions(project).find('FeatureService', name, version).compiled;
  }

  /** Features named one by one, as a feature service; see {@link FeatureLists.of}. */
  featureList(project: string, features: readonly string[]): CompiledFeatureService {
    return this.lists.of(this.definitions(project), features);
  }

  /** What users of a service or list of this catalog should hear: which of its versions are not active any more. */
  warningsOf(project: string, service: CompiledFeatureService): readonly string[] {
    const known = this.warnings.get(service);
    if (known !== undefined) return known;
    const warnings = serviceWarnings(service, this.definitions(project));
    this.warnings.set(service, warnings);
    return warnings;
  }

  model(project: string, name: string, version?: number): CompiledModel {
    return this.definitions(project).find('Model', name, version).compiled;
  }

  /** Every registered version of every feature set of a source, whatever its state. */
  featureSetsOf(project: string, source: string): readonly SourceFeatureSet[] {
    return this.registeredSetsOf(project, source).map(({ compiled }) => compiled);
  }

  /** Those of them that have online state: active and deprecated versions, but no labels. */
  activeFeatureSetsOf(project: string, source: string): readonly SourceFeatureSet[] {
    return this.registeredSetsOf(project, source)
      .filter(({ stored, compiled }) => stored.state !== 'inactive' && !isLabelSet(compiled))
      .map(({ compiled }) => compiled);
  }

  private registeredSetsOf(project: string, source: string): readonly StoredSet[] {
    const definitions = this.definitions(project);
    return definitions
      .names('FeatureSet')
      .flatMap((name) => definitions.versions('FeatureSet', name))
      .flatMap(({ stored, compiled }) =>
        compiled.kind !== 'chained' && compiled.source.name === source ? [{ stored, compiled }] : [],
      );
  }

  /** Every source of every project. */
  sources(): readonly { readonly project: string; readonly source: SourceDocument }[] {
    return [...this.projects.values()].flatMap((definitions) =>
      definitions.names('Source').map((name) => ({
        project: definitions.project,
        source: definitions.find('Source', name).compiled,
      })),
    );
  }

  /** The latest version of every document of a kind, by name. */
  list<K extends DocumentKind>(project: string, kind: K): readonly Registered<K>[] {
    const definitions = this.definitions(project);
    return definitions.names(kind).map((name) => definitions.find(kind, name));
  }

  /** A document version as it was registered. */
  registered<K extends DocumentKind>(
    project: string,
    kind: K,
    name: string,
    version?: number,
  ): Registered<K> {
    return this.definitions(project).find(kind, name, version);
  }

  /** The definitions of one project; a project exists by being named. */
  definitions(project: string): ProjectDefinitions {
    return this.projects.get(project) ?? new ProjectDefinitions(project);
  }
}

type StoredSet = Registered<'FeatureSet'> & { readonly compiled: SourceFeatureSet };

/** Hears of a new catalog after its documents are committed. */
export type CatalogListener = (catalog: Catalog) => Promise<void>;

/** Injection token of the {@link CatalogHolder}. */
export const CATALOG_HOLDER = Symbol('CATALOG_HOLDER');

/** The current catalog, replaced as a whole. */
export class CatalogHolder {
  private readonly listeners: CatalogListener[] = [];

  constructor(private catalog: Catalog) {}

  current(): Catalog {
    return this.catalog;
  }

  /** From now on `listener` is awaited, in order of registration, before an apply is answered. */
  onChange(listener: CatalogListener): void {
    this.listeners.push(listener);
  }

  /** Swaps the catalog, so that new requests see it, then awaits every listener. */
  async replace(catalog: Catalog): Promise<void> {
    this.catalog = catalog;
    for (const listener of this.listeners) await listener(catalog);
  }
}
