import type { ModelInput } from '../compile/model.js';
import { fingerprint } from '../definition/canonical.js';
import { PlumblineError } from '../definition/error.js';
import type { CascadeRecord, ModelManifest } from './manifest.js';

/** What a model version keeps of a version that it reads: enough to know it again (S25). */
export function cascadeRecordOf(
  alias: string,
  outputs: readonly ModelInput[],
  { model, version, postprocess, record }: ModelManifest,
): CascadeRecord {
  const { transformHash, postprocessHash = fingerprint(postprocess), weightsHash, folds = [] } = record;
  const foldsHash = fingerprint(folds);
  return { alias, model, version, outputs, transformHash, postprocessHash, weightsHash, foldsHash };
}

/** Throws INTERNAL when a version is not the one that was recorded. */
export function requireRecorded(recorded: CascadeRecord, manifest: ModelManifest): void {
  const found = cascadeRecordOf(recorded.alias, recorded.outputs, manifest);
  if (fingerprint(found) === fingerprint(recorded)) return;
  throw new PlumblineError(
    'INTERNAL',
    `version ${recorded.version} of model "${recorded.model}" is not the one that a model over it was trained on; restore its bundle`,
  );
}
