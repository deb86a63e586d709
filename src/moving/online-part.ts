import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { CopiedLog } from '../ingest/copied-log.js';
import { OnlineBuild } from '../ingest/online-build.js';
import type { OnlineStore } from '../online/store.js';
import type { Catalog } from '../registry/catalog.js';
import type { MovingPart, Say } from './moving-part.js';
import { differingEntities } from './online-difference.js';
import { tenths } from './tenths.js';

export type OnlineParts = {
  readonly from: () => Promise<OnlineStore>;
  readonly to: () => Promise<OnlineStore>;
  /** Whether there is none at the target; it makes nothing. */
  readonly isUnused: () => Promise<boolean>;
  /** As it is at the target. */
  readonly log: CopiedLog;
  readonly catalog: Catalog;
};

/**
 * Online state. It is a view of the log, so it is built at the target from the log there, as a rebuild builds it: also what
 * a source that was killed had not applied yet is in it, and no layout is carried from one store to another.
 */
export class OnlinePart implements MovingPart {
  readonly name = 'online';

  constructor(private readonly parts: OnlineParts) {}

  async summary(): Promise<string> {
    const counts = this.sources().map(({ sets }) => sets.length);
    return `${versionsText(counts.reduce((sum, count) => sum + count, 0))}, built from the log`;
  }

  async inTheWay(): Promise<string | null> {
    return (await this.parts.isUnused()) ? null : 'state of some installation';
  }

  async move(say: Say): Promise<void> {
    for (const source of this.sources()) await this.build(source, say);
  }

  /** Every version is there, up to the last row; and equals that of the source, where the source has applied its whole log. */
  async verify(): Promise<string> {
    const counts = { versions: 0, compared: 0, entities: 0 };
    const to = await this.parts.to();
    // Nothing rests on what the source had: its log was compared.
    const from = await this.parts.from().catch(() => null);
    for (const { name, sets } of this.sources()) {
      const last = (await this.parts.log.end(name)).next - 1n;
      await requireThrough(to, name, last);
      const whole = (await from?.appliedThrough(name)) === last ? from : null;
      for (const set of sets) {
        await requireActive(to, set);
        counts.versions++;
        if (whole === null || !(await whole.isActive(set.id))) continue;
        counts.entities += await requireSame(set, whole, to);
        counts.compared++;
      }
    }
    const { versions, compared, entities } = counts;
    return `${versionsText(versions)}, ${compared} of them compared with the source: ${entities} entities`;
  }

  private async build({ name, source, sets }: MovedSource, say: Say): Promise<void> {
    const { log } = this.parts;
    const online = await this.parts.to();
    const isActive = await Promise.all(sets.map(({ id }) => online.isActive(id)));
    const missing = new Map(sets.flatMap((set, i) => (isActive[i] ? [] : [[set.id, set] as const])));
    const build = new OnlineBuild({ log: readable(log), online }, name);
    await build.catchUp({
      ids: [...missing.keys()],
      set: (id) => missing.get(id) ?? null,
      source: () => source,
      progress: tenths((percent) => say(`${name} ${percent} %`)),
      signal: build.stopping,
    });
    const { next, epoch } = await log.end(name);
    // Before any of them is active: from then on the mark is theirs.
    if (next > 0n) await online.write([], { source: name, sequence: next - 1n, epoch });
    for (const id of missing.keys()) await online.activate(id, name);
  }

  private sources(): readonly MovedSource[] {
    const { catalog } = this.parts;
    return catalog.sources().map(({ project, source }) => ({
      name: `${project}/${source.name}`,
      source,
      sets: catalog.activeFeatureSetsOf(project, source.name),
    }));
  }
}

type MovedSource = {
  readonly name: string;
  readonly source: SourceDocument;
  readonly sets: readonly SourceFeatureSet[];
};

function readable(log: CopiedLog): ConstructorParameters<typeof OnlineBuild>[0]['log'] {
  return {
    read: (source, from) => log.rows(source, from),
    lastSequence: async (source) => (await log.end(source)).next - 1n,
  };
}

async function requireThrough(online: OnlineStore, source: string, last: bigint): Promise<void> {
  const through = await online.appliedThrough(source);
  if (through !== last) throw incomplete(`source "${source}", applied up to ${through} of ${last},`);
}

async function requireActive(online: OnlineStore, { id, name, version }: SourceFeatureSet): Promise<void> {
  if (!(await online.isActive(id))) throw incomplete(`version ${version} of feature set "${name}"`);
}

/** Gives how many entities there are. */
async function requireSame(set: SourceFeatureSet, from: OnlineStore, to: OnlineStore): Promise<number> {
  const { differing, all } = await differingEntities(set, from, to);
  if (differing > 0) throw incomplete(`state of ${differing} entities of feature set "${set.name}"`);
  return all;
}

function incomplete(what: string): PlumblineError {
  const message = `${what} is not at the target as it is at the source; remove the online state at the target and run this again`;
  return new PlumblineError('INTERNAL', message);
}

function versionsText(count: number): string {
  return count === 1 ? '1 feature set version' : `${count} feature set versions`;
}
