import { WorkTurns } from '../platform/work-turns.js';

/** A text that becomes bytes turn by turn: a long one as a whole would be copied and encoded at once. */
export class TextInTurns {
  private readonly written: Buffer[] = [];
  private readonly turns = new WorkTurns(CHARACTERS_A_TURN);

  constructor(private text: string) {}

  /** Adds `count` texts with commas between them. Null where that took no turn, else resolves behind the last one. */
  add(count: number, textAt: (index: number) => string): Promise<void> | null {
    return this.turns.each(count, (i) => {
      const one = textAt(i);
      this.text += i === 0 ? one : `,${one}`;
      if (this.text.length >= CHARACTERS_A_TURN) this.write();
      return one.length;
    });
  }

  put(text: string): void {
    this.text += text;
  }

  /** A short text as it is, which goes out in one write; else its bytes in UTF-8. */
  end(text: string): string | Buffer {
    this.put(text);
    if (this.written.length === 0) return this.text;
    this.write();
    return Buffer.concat(this.written);
  }

  private write(): void {
    this.written.push(Buffer.from(this.text));
    this.text = '';
  }
}

/** Characters written in one turn of the event loop, some milliseconds. */
const CHARACTERS_A_TURN = 2 ** 18;
