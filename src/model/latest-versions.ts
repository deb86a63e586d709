/** How long an answer holds, milliseconds: a version that another process trains is used within this time. */
const HOLDS_MS = 1000;

type Known = { readonly version: number; readonly untilMs: number };

/** The latest trained version of each model, without a query to the registry on every prediction. */
export class LatestVersions {
  private readonly known = new Map<string, Known>();

  /**
   * @param read asks the registry; throws NOT_FOUND when the model was never trained.
   * @param nowMs a clock that never goes back.
   */
  constructor(
    private readonly read: (project: string, model: string) => Promise<number>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Throws NOT_FOUND when the model was never trained. */
  async of(project: string, model: string): Promise<number> {
    const known = this.known.get(keyOf(project, model));
    if (known !== undefined && this.nowMs() < known.untilMs) return known.version;
    const version = await this.read(project, model);
    this.announce(project, model, version);
    return version;
  }

  /** Makes a version the latest at once. */
  announce(project: string, model: string, version: number): void {
    const key = keyOf(project, model);
    const latest = Math.max(version, this.known.get(key)?.version ?? 0);
    this.known.set(key, { version: latest, untilMs: this.nowMs() + HOLDS_MS });
  }
}

function keyOf(project: string, model: string): string {
  return `${project}/${model}`;
}
