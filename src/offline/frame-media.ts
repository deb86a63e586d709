import { PlumblineError } from '../definition/error.js';
import type { UploadedFrame } from '../platform/body.js';
import type { FrameFile } from './store.js';

export const ARROW_MEDIA_TYPE = 'application/vnd.apache.arrow.stream';
export const PARQUET_MEDIA_TYPE = 'application/vnd.apache.parquet';

/** The frame that a request carried, as a file. */
export function frameFileOf({ path, mediaType }: UploadedFrame): FrameFile {
  return { kind: 'file', path, format: mediaType === PARQUET_MEDIA_TYPE ? 'parquet' : 'arrow' };
}

/** The media type of the answer: what `Accept` asks for, else what the frame came as. Throws NOT_ACCEPTABLE. */
export function answerMediaType(accept: string | undefined, frame: FrameFile): string {
  const own = frame.format === 'parquet' ? PARQUET_MEDIA_TYPE : ARROW_MEDIA_TYPE;
  const asked = (accept ?? '*/*').split(',').map((range) => range.split(';', 1)[0]!.trim());
  const found = asked.flatMap((range) => {
    if (range === '*/*' || range === 'application/*') return [own];
    return range === ARROW_MEDIA_TYPE || range === PARQUET_MEDIA_TYPE ? [range] : [];
  });
  if (found.length > 0) return found[0]!;
  const message = `cannot answer as ${accept}; accept ${ARROW_MEDIA_TYPE} or ${PARQUET_MEDIA_TYPE}`;
  throw new PlumblineError('NOT_ACCEPTABLE', message, { path: 'Accept' });
}
