import type { LogPartition, StoredMessage } from '../../src/ingest/adapter/log-partition.js';

/** One partition as several processes see it: what is under way lands when it does. */
export class UnreliablePartition implements LogPartition {
  readonly messages: Buffer[] = [];
  private readonly late: { readonly messages: readonly Buffer[]; inSteps: number }[] = [];

  constructor(private readonly random: (bound: number) => number) {}

  async append(messages: readonly Buffer[]): Promise<bigint> {
    await this.step();
    const fate = FATES[this.random(FATES.length)]!;
    if (fate === 'late') this.late.push({ messages, inSteps: 1 + this.random(12) });
    if (fate === 'lost' || fate === 'late') throw new Error('no answer');
    if (fate === 'sentTwice') this.messages.push(...messages);
    const first = BigInt(this.messages.length);
    this.messages.push(...messages);
    if (fate === 'answerLost') throw new Error('no answer');
    return first;
  }

  async read(offset: bigint): Promise<readonly StoredMessage[]> {
    await this.step();
    if (this.random(10) === 0) throw new Error('no answer');
    const found = this.messages.slice(Number(offset), Number(offset) + 1 + this.random(3));
    return found.map((value, i) => ({ offset: offset + BigInt(i), value }));
  }

  async bounds() {
    await this.step();
    if (this.random(10) === 0) throw new Error('no answer');
    return { start: 0n, end: BigInt(this.messages.length) };
  }

  async prepare(): Promise<void> {
    await this.step();
  }

  /** Everything that is under way arrives. */
  settle(): void {
    for (const { messages } of this.late.splice(0)) this.messages.push(...messages);
  }

  private async step(): Promise<void> {
    for (let turns = this.random(3); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    for (const waiting of [...this.late])
      if (waiting.inSteps-- === 0) {
        this.messages.push(...waiting.messages);
        this.late.splice(this.late.indexOf(waiting), 1);
      }
  }
}

/** What may become of one request of a client. */
type Fate = 'done' | 'answerLost' | 'lost' | 'late' | 'sentTwice';
const FATES: readonly Fate[] = ['done', 'done', 'done', 'answerLost', 'lost', 'late', 'sentTwice'];

/** Numbers below a bound, the same for the same seed: a linear congruential generator (Numerical Recipes, 1992). */
export function randomFrom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
