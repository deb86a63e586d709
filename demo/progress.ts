/** Prints what the run is doing, each line with the seconds since the start. */
export class Progress {
  private readonly startedMs = performance.now();

  /** A new part of the story. */
  chapter(title: string): void {
    console.log(`\n${title}`);
  }

  /** One thing done or found. */
  line(text: string): void {
    console.log(`${this.seconds.toFixed(1).padStart(6)} s  ${text}`);
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.startedMs) / 1000;
  }
}

/** A count with thousands separators. */
export function counted(value: number): string {
  return value.toLocaleString('en-US');
}
