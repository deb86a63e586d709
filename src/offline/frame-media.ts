import { PlumblineError } from '../definition/error.js';
import type { FrameMediaType, UploadedFrame } from '../platform/body.js';
import { FRAME_FORMATS, type FrameFormat } from './frame-format.js';
import type { FrameFile } from './store.js';

export const ARROW_MEDIA_TYPE = 'application/vnd.apache.arrow.stream';

/** The media type of each format. */
export const MEDIA_TYPE_OF: Readonly<Record<FrameFormat, FrameMediaType>> = {
  parquet: 'application/vnd.apache.parquet',
  arrow: ARROW_MEDIA_TYPE,
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
};

/** The frame that a request carried, as a file. */
export function frameFileOf({ path, mediaType }: UploadedFrame): FrameFile {
  return { kind: 'file', path, format: FRAME_FORMATS.find((format) => MEDIA_TYPE_OF[format] === mediaType)! };
}

/**
 * The format of an answer: of those that `Accept` allows the one it weighs most (RFC 9110, 12.5.1). Among equals one that
 * it names goes first, then `own`. Throws NOT_ACCEPTABLE.
 */
export function answerFormat(accept: string | undefined, own: FrameFormat): FrameFormat {
  const ranges = rangesOf(accept ?? '*/*');
  const order = [own, ...FRAME_FORMATS.filter((format) => format !== own)];
  const rated = order.map((format, i) => {
    const named = ranges.findIndex(({ type }) => type === MEDIA_TYPE_OF[format]);
    const place = named < 0 ? ranges.length + i : named;
    return { format, place, weight: weightOf(MEDIA_TYPE_OF[format], ranges) };
  });
  const [best] = rated.sort((a, b) => b.weight - a.weight || a.place - b.place);
  if (best!.weight > 0) return best!.format;
  const message = `cannot answer as ${accept}; accept ${Object.values(MEDIA_TYPE_OF).join(', ')}`;
  throw new PlumblineError('NOT_ACCEPTABLE', message, { path: 'Accept' });
}

type MediaRange = { readonly type: string; readonly weight: number };

function rangesOf(accept: string): readonly MediaRange[] {
  return accept.split(',').map((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    // What is no weight counts as none, so that such a range is never chosen over a readable one.
    return { type: type!, weight: QUALITY.test(weight) ? Number(weight) : 0 };
  });
}

const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The weight of the most specific range that a media type is in; 0 when it is in none. */
function weightOf(mediaType: string, ranges: readonly MediaRange[]): number {
  const [group] = mediaType.split('/');
  for (const pattern of [mediaType, `${group}/*`, '*/*']) {
    const found = ranges.find(({ type }) => type === pattern);
    if (found !== undefined) return found.weight;
  }
  return 0;
}
