import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job, JobContext } from '../platform/job.js';
import { noteResultFile } from '../platform/job-files.js';
import { requireSpec } from '../platform/job-spec.js';
import type { Jobs } from '../platform/jobs.js';
import type { CatalogHolder } from '../registry/catalog.js';
import { type AskedFeatures, askedService, pinnedFeatures } from './asked-features.js';
import type { FrameFormat } from './frame-format.js';
import { MEDIA_TYPE_OF } from './frame-media.js';
import { keptRetrieval, keptText } from './kept-retrieval.js';
import type { Retrieval, RetrievalRequest } from './retrieval.js';
import { writeAnswer } from './retrieval-answer.js';
import type { FrameFile, GeneratedFrame, RetrievalReport } from './store.js';

/** A retrieval that goes on after its request was answered. */
export type RetrievalTask = {
  readonly request: RetrievalRequest;
  /** How its features were asked for. */
  readonly asked: AskedFeatures;
  readonly answer: FrameFormat;
};

/** What a finished retrieval says of itself; its rows are a file. */
type RetrievalOutcome = { readonly rows: number; readonly report: RetrievalReport };

/** The report of a retrieval as a header. */
export const REPORT_HEADER = 'Plumbline-Report';

/**
 * Retrievals as jobs of kind `retrieval`, which leave their answer as a file. What the answer rests on is pinned when the
 * job is taken, and its frame is kept with it, so that a job that begins again gives the same bytes (S19).
 */
export class RetrievalJobs {
  constructor(
    private readonly jobs: Jobs,
    private readonly retrieval: Retrieval,
    private readonly catalogs: CatalogHolder,
  ) {
    jobs.handle('retrieval', this);
  }

  /** Takes the file of the request's frame away. Throws INVALID_REQUEST for a snapshot that history does not have, UNAVAILABLE. */
  async start({ request, asked, answer }: RetrievalTask): Promise<Job> {
    const pins = await this.retrieval.pin(request);
    const { project, service, signal: _, ...rules } = request;
    const frame = inFolder(request.frame, nameOf);
    const task = keptText({ ...rules, frame, asked: pinnedFeatures(service, asked), answer, pins });
    const file = fileOf(request.frame);
    return this.jobs.start(
      project,
      'retrieval',
      { task },
      {
        prepare: async (folder) => {
          if (file !== null) await rename(file.path, join(folder, nameOf(file)));
        },
      },
    );
  }

  /** The job itself. */
  async run({ project, spec, folder, signal, progress }: JobContext): Promise<RetrievalOutcome> {
    const { asked, answer, pins, ...kept } = keptRetrieval(requireSpec(spec, { task: 'string' }).task);
    const service = askedService(this.catalogs.current(), project, asked);
    const frame = inFolder(kept.frame, ({ path }) => join(folder, path));
    const result = await this.retrieval.start({ ...kept, project, service, frame, signal }, pins);
    const { report } = result;
    progress(0, report.rows);
    const path = join(folder, `result.${answer}`);
    await writeAnswer(result, answer, { path, signal, progress: (rows) => progress(rows, report.rows) });
    await noteResultFile(folder, {
      extension: answer,
      mediaType: MEDIA_TYPE_OF[answer],
      headers: { [REPORT_HEADER]: JSON.stringify(report) },
    });
    return { rows: report.rows, report };
  }
}

/** The file that a frame brings along. */
function fileOf(frame: FrameFile | GeneratedFrame): FrameFile | null {
  return frame.kind === 'file' ? frame : frame.entities;
}

/** The same frame with its file elsewhere. */
function inFolder<Frame extends FrameFile | GeneratedFrame>(
  frame: Frame,
  pathOf: (file: FrameFile) => string,
): Frame {
  const file = fileOf(frame);
  if (file === null) return frame;
  const path = pathOf(file);
  return frame.kind === 'file' ? { ...frame, path } : { ...frame, entities: { ...file, path } };
}

function nameOf({ format }: FrameFile): string {
  return `frame.${format}`;
}
