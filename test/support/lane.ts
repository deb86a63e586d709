/** Does things in the order in which they came, each not before it is due. */
export class Lane {
  private readonly waiting: { readonly act: () => void; readonly dueMs: number }[] = [];
  private isOpen = true;
  private timer: NodeJS.Timeout | null = null;

  /** How many wait. */
  get length(): number {
    return this.waiting.length;
  }

  /** Does `act` after all before it, and at least `delayMs` from now. */
  put(act: () => void, delayMs: number): void {
    this.waiting.push({ act, dueMs: performance.now() + delayMs });
    this.advance();
  }

  /** Nothing is done until the lane is opened. */
  shut(): void {
    this.isOpen = false;
  }

  open(): void {
    this.isOpen = true;
    this.advance();
  }

  private advance(): void {
    while (this.isOpen && this.waiting.length > 0) {
      const leftMs = this.waiting[0]!.dueMs - performance.now();
      if (leftMs > 0) {
        this.wait(leftMs);
        return;
      }
      this.waiting.shift()!.act();
    }
  }

  private wait(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.advance();
    }, ms);
  }
}
