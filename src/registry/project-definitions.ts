import { type AnyFeatureSet, compileChainedFeatureSet } from '../compile/chained-feature-set.js';
import { compileWindowedFeatureSet } from '../compile/compile-windowed-set.js';
import { type CompiledFeatureService, compileFeatureService } from '../compile/feature-service.js';
import { compileFeatureSet } from '../compile/feature-set.js';
import { type CompiledModel, compileModel } from '../compile/model.js';
import { closestName } from '../definition/closest-name.js';
import {
  DOCUMENT_KINDS,
  type Document,
  type DocumentKind,
  type EntityDocument,
  type FeatureSetInputDocument,
  isWindowed,
  type SourceDocument,
} from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { cascadeDefinition, type Pins, resolvePins } from './pins.js';
import type { StateDetails, VersionState } from './version-state.js';

/** What each kind of document is once compiled; entities and sources are what they say. */
export type CompiledOf = {
  readonly Entity: EntityDocument;
  readonly Source: SourceDocument;
  readonly FeatureSet: AnyFeatureSet;
  readonly FeatureService: CompiledFeatureService;
  readonly Model: CompiledModel;
};

type DocumentOf<K extends DocumentKind> = Extract<Document, { readonly kind: K }>;

/** A document version as the registry holds it. */
export type StoredVersion<K extends DocumentKind = DocumentKind> = {
  /** Unique over all projects; 0 before it is stored. */
  readonly id: number;
  readonly project: string;
  readonly kind: K;
  readonly name: string;
  readonly version: number;
  /** Counts changes of documentation. */
  readonly revision: number;
  readonly fingerprint: string;
  readonly document: DocumentOf<K>;
  readonly pins: Pins;
  readonly state: VersionState;
  readonly stateDetails: StateDetails;
  readonly createdAt: Date;
};

export type Registered<K extends DocumentKind = DocumentKind> = {
  readonly stored: StoredVersion<K>;
  readonly compiled: CompiledOf[K];
};

type Versions<K extends DocumentKind> = Map<string, Registered<K>[]>;

/** The definitions of one project, every version compiled. Grows while it is made; then it is only read. */
export class ProjectDefinitions {
  private readonly byKind: { readonly [K in DocumentKind]: Versions<K> } = {
    Entity: new Map(),
    Source: new Map(),
    FeatureSet: new Map(),
    FeatureService: new Map(),
    Model: new Map(),
  };

  constructor(readonly project: string) {}

  /** A copy that can grow without changing this one. */
  copy(): ProjectDefinitions {
    const copy = new ProjectDefinitions(this.project);
    for (const registered of this.all()) copy.add(registered);
    return copy;
  }

  /** Adds a version, or puts it in the place of the same version. */
  add<K extends DocumentKind>(registered: Registered<K>): void {
    const { kind, name, version } = registered.stored;
    const byName = this.byKind[kind];
    const others = (byName.get(name) ?? []).filter(({ stored }) => stored.version !== version);
    byName.set(
      name,
      [...others, registered].sort((a, b) => a.stored.version - b.stored.version),
    );
  }

  /** Every version of every document, kinds in the order in which they refer to each other. */
  all(): readonly Registered[] {
    return DOCUMENT_KINDS.flatMap((kind) =>
      this.names(kind).flatMap((name) => [...this.versions(kind, name)]),
    );
  }

  names(kind: DocumentKind): readonly string[] {
    return [...this.byKind[kind].keys()].sort();
  }

  /** Oldest first; empty when there is none. */
  versions<K extends DocumentKind>(kind: K, name: string): readonly Registered<K>[] {
    return this.byKind[kind].get(name) ?? [];
  }

  latest<K extends DocumentKind>(kind: K, name: string): Registered<K> | null {
    return this.versions(kind, name).at(-1) ?? null;
  }

  /** What an open reference is pinned to: the newest active version, or the latest where none is active. */
  preferred<K extends DocumentKind>(kind: K, name: string): Registered<K> {
    const active = this.versions(kind, name).findLast(({ stored }) => stored.state === 'active');
    return active ?? this.find(kind, name);
  }

  /** One version, the latest unless given. Throws NOT_FOUND, naming what exists. */
  find<K extends DocumentKind>(kind: K, name: string, version?: number): Registered<K> {
    const versions = this.versions(kind, name);
    const found =
      version === undefined ? versions.at(-1) : versions.find(({ stored }) => stored.version === version);
    if (found !== undefined) return found;
    throw new PlumblineError('NOT_FOUND', this.missing(kind, name, version));
  }

  /** Compiles a version against what is here. Throws what the compilers throw. */
  compile<K extends DocumentKind>(stored: StoredVersion<K>): Registered<K> {
    const compile: (stored: StoredVersion<K>, definitions: ProjectDefinitions) => CompiledOf[K] =
      COMPILERS[stored.kind];
    return { stored, compiled: compile(stored, this) };
  }

  /** What is not there, and what is. */
  missing(kind: DocumentKind, name: string, version?: number): string {
    const what = KIND_WORDS[kind];
    const latest = this.latest(kind, name);
    if (latest !== null)
      return `${what} "${name}" has no version ${version}; latest is ${latest.stored.version}`;
    const near = closestName(name, this.names(kind));
    const hint = near === null ? this.listed(kind) : `did you mean "${near}"?`;
    return `project "${this.project}" has no ${what} "${name}"; ${hint}`;
  }

  private listed(kind: DocumentKind): string {
    const names = this.names(kind);
    if (names.length === 0) return 'register it first';
    return `it has ${names.slice(0, MAX_LISTED).join(', ')}${names.length > MAX_LISTED ? ', …' : ''}`;
  }
}

/** Names in one message: enough to spot a slip, not a page. */
const MAX_LISTED = 10;

/** A kind in running text. */
export const KIND_WORDS: Readonly<Record<DocumentKind, string>> = {
  Entity: 'entity',
  Source: 'source',
  FeatureSet: 'feature set',
  FeatureService: 'feature service',
  Model: 'model',
};

type Compilers = {
  readonly [K in DocumentKind]: (stored: StoredVersion<K>, definitions: ProjectDefinitions) => CompiledOf[K];
};

const COMPILERS: Compilers = {
  Entity: ({ document }) => document,
  Source: ({ document }) => document,
  FeatureSet: ({ document: written, version, id, pins }, definitions) => {
    const document = resolvePins(written, pins);
    const entity = definitions.find('Entity', document.entity).compiled;
    if (document.inputs === undefined) {
      const source = definitions.find('Source', document.source).compiled;
      const same = { version, id, source, entity };
      return isWindowed(document)
        ? compileWindowedFeatureSet({ document, ...same })
        : compileFeatureSet({ document, ...same });
    }
    const featureSetOf = (input: FeatureSetInputDocument): AnyFeatureSet =>
      definitions.find('FeatureSet', input.featureSet, input.version).compiled;
    return compileChainedFeatureSet({ document, version, id, entity, featureSetOf });
  },
  FeatureService: ({ document, version, pins }, definitions) =>
    compileFeatureService(
      resolvePins(document, pins),
      version,
      (entry) => definitions.find('FeatureSet', entry.featureSet, entry.version).compiled,
    ),
  Model: ({ document, version, id, pins }, definitions) => {
    const { featureService, serviceVersion, cascade = [] } = resolvePins(document, pins);
    const service = definitions.find('FeatureService', featureService, serviceVersion).compiled;
    const upstreams = cascade.map(({ model, version: trainedVersion }, index) => ({
      trainedVersion: trainedVersion!,
      model: definitions.find('Model', model, cascadeDefinition(pins, index)).compiled,
    }));
    return compileModel({ document, version, id, service, upstreams });
  },
};
