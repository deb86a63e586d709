import { jobText, jobValue } from '../platform/job-text.js';
import type { AskedFeatures } from './asked-features.js';
import type { FrameFormat } from './frame-format.js';
import type { RetrievalPins, RetrievalRequest } from './retrieval.js';

/**
 * What a job has to remember of a retrieval: everything but its service, which is found again by `asked`, and the folder of
 * its files. Paths in it are names of files in that folder.
 */
export type KeptRetrieval = Omit<RetrievalRequest, 'service' | 'project' | 'signal'> & {
  readonly asked: AskedFeatures;
  readonly answer: FrameFormat;
  readonly pins: RetrievalPins;
};

/** As text for the job's record. */
export function keptText(kept: KeptRetrieval): string {
  return jobText(kept);
}

/** Reads what {@link keptText} wrote. */
export function keptRetrieval(text: string): KeptRetrieval {
  return jobValue(text) as KeptRetrieval;
}
