/**
 * Cuts the chunks of a zstd file where its frames end. Node's decompressor ends without an error behind a frame that ends
 * within a chunk, and what follows would be lost; files written in parallel or appended to have many frames. Throws RangeError
 * for what is no zstd, or is cut short. Format: RFC 8878, section 3.
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const walk = new FrameWalk();
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length) {
      const end = walk.through(chunk, start);
      yield chunk.subarray(start, end);
      start = end;
    }
  }
  if (!walk.isBetweenFrames) throw new RangeError('it ends in the middle');
}

const MAGIC = 0xfd_2f_b5_28;
const SKIPPABLE_MAGIC = 0x18_4d_2a_50;
const RLE_BLOCK = 1;
const CHECKSUM_BYTES = 4;

/** What the next bytes of the frame say. */
type Part = 'magic' | 'skippableSize' | 'descriptor' | 'blockHeader' | 'lastBytes';

const PART_BYTES: Readonly<Record<Part, number>> = {
  magic: 4,
  skippableSize: 4,
  descriptor: 1,
  blockHeader: 3,
  lastBytes: 0,
};

class FrameWalk {
  private part: Part = 'magic';
  /** Bytes to pass over before the part. */
  private skip = 0;
  /** Of the part, little endian. */
  private value = 0;
  private read = 0;
  private hasChecksum = false;

  get isBetweenFrames(): boolean {
    return this.part === 'magic' && this.read === 0 && this.skip === 0;
  }

  /** Goes on from `start`; gives the place behind the frame, or the chunk's end. */
  through(chunk: Uint8Array, start: number): number {
    let at = start;
    while (at < chunk.length || this.isAtFrameEnd) {
      const passed = Math.min(this.skip, chunk.length - at);
      this.skip -= passed;
      at += passed;
      if (this.isAtFrameEnd) {
        this.next('magic', 0);
        return at;
      }
      if (at < chunk.length) this.take(chunk[at++]!);
    }
    return at;
  }

  private get isAtFrameEnd(): boolean {
    return this.part === 'lastBytes' && this.skip === 0;
  }

  private take(byte: number): void {
    this.value += byte * 2 ** (8 * this.read);
    if (++this.read < PART_BYTES[this.part]) return;
    const { value } = this;
    if (this.part === 'magic') this.afterMagic(value);
    else if (this.part === 'skippableSize') this.next('lastBytes', value);
    else if (this.part === 'descriptor') this.afterDescriptor(value);
    else this.afterBlockHeader(value);
  }

  private afterMagic(value: number): void {
    if (value === MAGIC) this.next('descriptor', 0);
    else if (value - (value % 16) === SKIPPABLE_MAGIC) this.next('skippableSize', 0);
    else throw new RangeError('a frame does not begin with its mark');
  }

  private afterDescriptor(value: number): void {
    this.hasChecksum = (value & 4) !== 0;
    this.next('blockHeader', headerBytes(value));
  }

  private afterBlockHeader(value: number): void {
    const isLast = (value & 1) === 1;
    const bytes = ((value >> 1) & 3) === RLE_BLOCK ? 1 : value >> 3;
    if (isLast) this.next('lastBytes', bytes + (this.hasChecksum ? CHECKSUM_BYTES : 0));
    else this.next('blockHeader', bytes);
  }

  private next(part: Part, skip: number): void {
    this.part = part;
    this.skip = skip;
    this.value = 0;
    this.read = 0;
  }
}

/** Bytes of a frame's header behind its descriptor: window, dictionary and content size. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = ((descriptor >> 5) & 1) === 1;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? Number(isSingleSegment) : 2 ** sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  return Number(!isSingleSegment) + dictionaryBytes + sizeBytes;
}
