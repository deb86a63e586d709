import { WorkTurns } from '../platform/work-turns.js';

/** A text that becomes bytes turn by turn: a long one as a whole would be copied and encoded at once. */
export class TextInTurns {
  private readonly written: Buffer[] = [];
  private readonly turns = new WorkTurns(CHARACTERS_A_TURN);

  constructor(private text: string) {}

  /** Adds `count` texts with commas between them. */
  async add(count: number, textAt: (index: number) => string): Promise<void> {
    for (let i = 0; i < count; i++) {
      const one = textAt(i);
      this.text += i === 0 ? one : `,${one}`;
      const turn = this.turns.after(one.length);
      if (turn === null) continue;
      this.write();
      await turn;
    }
  }

  put(text: string): void {
    this.text += text;
  }

  end(text: string): Buffer {
    this.put(text);
    this.write();
    return this.written.length === 1 ? this.written[0]! : Buffer.concat(this.written);
  }

  private write(): void {
    this.written.push(Buffer.from(this.text));
    this.text = '';
  }
}

/** Characters written in one turn of the event loop, some milliseconds. */
const CHARACTERS_A_TURN = 2 ** 18;
