import type { Document, DocumentKind } from '../../../src/definition/document.js';
import { type Call, send } from './transport.js';
import { type Change, jsonBody } from './wire.js';

type VersionState = 'active' | 'priming' | 'deprecated' | 'inactive';

/** What rests on a version: a definition in its state, a training set, or a trained version of a model. */
export type Dependant = {
  readonly kind: DocumentKind | 'TrainingSet' | 'TrainedModel';
  readonly name: string;
  readonly version?: number;
  readonly state?: Exclude<VersionState, 'priming'>;
};

/** A version of a definition, what was decided of it and what rests on it. */
export type DefinitionVersion = {
  readonly version: number;
  /** `priming`: active, but its online state is still being made. */
  readonly state: VersionState;
  readonly reason?: string;
  readonly use?: string;
  readonly fingerprint: string;
  readonly createdAt: string;
  /** Of feature sets: the place in the log and the instant from which lookups see it. */
  readonly activation?: { readonly sequence: number | string; readonly visibleAt: string };
  readonly dependants: readonly Dependant[];
};

export type DefinitionSummary = {
  readonly name: string;
  readonly version: number;
  readonly state: Exclude<VersionState, 'priming'>;
  readonly description?: string;
  readonly owner?: string;
  readonly tags?: readonly string[];
};

/** Which definitions to list; `search` is a part of the name or description. */
export type DefinitionFilter = {
  readonly owner?: string;
  readonly tag?: string;
  readonly state?: Exclude<VersionState, 'priming'>;
  readonly search?: string;
  readonly limit?: number;
  readonly after?: string;
};

/** One version of one definition. */
export type VersionName = { readonly kind: DocumentKind; readonly name: string; readonly version: number };

const ROUTES: Readonly<Record<DocumentKind, { readonly kind: string; readonly versions: string }>> = {
  Entity: { kind: 'entities', versions: 'versions' },
  Source: { kind: 'sources', versions: 'versions' },
  FeatureSet: { kind: 'feature-sets', versions: 'versions' },
  FeatureService: { kind: 'feature-services', versions: 'versions' },
  // A model's `versions` are its trained ones.
  Model: { kind: 'models', versions: 'definitions' },
};

/** The definitions of a project and their versions. Every method throws PlumblineRequestError. */
export class DefinitionsClient {
  constructor(
    private readonly root: string,
    private readonly deadlinesMs: { readonly short: number; readonly long: number },
  ) {}

  /** Registers definitions in one transaction: YAML text of several documents, or the documents. */
  async apply(definitions: string | readonly Document[]): Promise<readonly Change[]> {
    return (await this.json<Changes>(this.documents('apply', definitions))).changes;
  }

  /** What {@link apply} would do; writes nothing. */
  async plan(definitions: string | readonly Document[]): Promise<readonly Change[]> {
    return (await this.json<Changes>(this.documents('plan', definitions))).changes;
  }

  /** The same for a person at a terminal. */
  planText(definitions: string | readonly Document[]): Promise<string> {
    const call = { ...this.documents('plan', definitions), query: { format: 'text' } };
    return send(this.root, call, (answer) => answer.text());
  }

  /** Definitions of a kind by name; `next` is the `after` of the next page. */
  list(
    kind: DocumentKind,
    filter: DefinitionFilter = {},
  ): Promise<{ readonly items: readonly DefinitionSummary[]; readonly next?: string }> {
    return this.json({
      method: 'GET',
      path: ROUTES[kind].kind,
      query: filter,
      deadlineMs: this.deadlinesMs.short,
    });
  }

  /** Every version of a definition, oldest first. */
  async versions(kind: DocumentKind, name: string): Promise<readonly DefinitionVersion[]> {
    const path = `${nameRoute(kind, name)}/${ROUTES[kind].versions}`;
    return (await this.json<Items<DefinitionVersion>>(this.call('GET', path))).items;
  }

  /** Everything that rests on a version, the latest unless given, directly or through others. */
  async dependants(kind: DocumentKind, name: string, version?: number): Promise<readonly Dependant[]> {
    const call = { ...this.call('GET', `${nameRoute(kind, name)}/dependants`), query: { version } };
    return (await this.json<Items<Dependant>>(call)).items;
  }

  /** The version serves on, and plans and answers warn of it. */
  deprecate(
    of: VersionName,
    details: { readonly reason?: string; readonly use?: string } = {},
  ): Promise<DefinitionVersion> {
    return this.json(this.call('POST', `${versionRoute(of)}/deprecate`, details));
  }

  /** Takes a deprecation or deactivation back. */
  activate(of: VersionName): Promise<DefinitionVersion> {
    return this.json(this.call('POST', `${versionRoute(of)}/activate`, {}));
  }

  /** Ends the online state of a feature set version; IN_USE while an active service or model rests on it. */
  deactivate(of: VersionName & { readonly kind: 'FeatureSet' }): Promise<DefinitionVersion> {
    return this.json(this.call('POST', `${versionRoute(of)}/deactivate`, {}));
  }

  /** Deletes a version, or every one without `version`; IN_USE while anything rests on one. */
  async delete(
    of: Omit<VersionName, 'version'> & { readonly version?: number },
  ): Promise<readonly VersionName[]> {
    const { kind, name, version } = of;
    const path = version === undefined ? nameRoute(kind, name) : versionRoute({ kind, name, version });
    return (await this.json<{ deleted: readonly VersionName[] }>(this.call('DELETE', path))).deleted;
  }

  private documents(path: string, definitions: string | readonly Document[]): Call {
    const asYaml = typeof definitions === 'string';
    return {
      method: 'POST',
      path,
      headers: { 'content-type': asYaml ? 'application/yaml' : 'application/json' },
      body: asYaml ? definitions : jsonBody({ documents: definitions }),
      deadlineMs: this.deadlinesMs.long,
    };
  }

  private call(method: Call['method'], path: string, body?: object): Call {
    const json =
      body === undefined ? {} : { body: jsonBody(body), headers: { 'content-type': 'application/json' } };
    return { method, path, ...json, deadlineMs: this.deadlinesMs.short };
  }

  private json<Result>(call: Call): Promise<Result> {
    return send(this.root, call, (answer) => answer.json() as Promise<Result>);
  }
}

type Changes = { readonly changes: readonly Change[] };
type Items<Item> = { readonly items: readonly Item[] };

function nameRoute(kind: DocumentKind, name: string): string {
  return `${ROUTES[kind].kind}/${encodeURIComponent(name)}`;
}

function versionRoute({ kind, name, version }: VersionName): string {
  return `${nameRoute(kind, name)}/${ROUTES[kind].versions}/${version}`;
}
