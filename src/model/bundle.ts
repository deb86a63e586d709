import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from '../definition/canonical.js';
import { PlumblineError } from '../definition/error.js';
import type { ModelManifest } from './manifest.js';
import { parseManifest } from './manifest-format.js';
import type { ModelWeights, WeightTensor } from './runtime.js';

/** A model version as it lies in the data folder. */
export type ModelBundle = {
  readonly manifest: ModelManifest;
  readonly weights: ModelWeights;
  /** Of the models of earlier rows, in the order of the manifest; absent where there are none. */
  readonly folds?: readonly ModelWeights[];
};

/**
 * Model versions as folders `<root>/<project>/<model>/<version>` of `model.json` and `weights.bin` (little-endian
 * float32, tensor after tensor), models of earlier rows beside it as `fold-1.bin` and so on. A folder appears whole or not at all. Versions are numbered by the registry, which
 * records each of them once, so a recorded one is never changed.
 */
export class ModelBundles {
  constructor(private readonly root: string) {}

  /** Writes a version durably, in place of what an unrecorded earlier try may have left. */
  async save({ manifest, weights, folds = [] }: ModelBundle): Promise<void> {
    const { project, model, version } = manifest;
    const parent = join(this.root, project, model);
    const target = join(parent, String(version));
    await mkdir(parent, { recursive: true });
    const folder = await mkdtemp(join(parent, 'tmp-'));
    try {
      await writeFile(join(folder, WEIGHTS_FILE), weightsBytes(weights), { flush: true });
      for (const [index, fold] of folds.entries())
        await writeFile(join(folder, foldFile(index)), weightsBytes(fold), { flush: true });
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      await writeFile(join(folder, MANIFEST_FILE), text, { flush: true });
      await rm(target, { recursive: true, force: true });
      await rename(folder, target);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Throws NOT_FOUND, and INTERNAL when a hash is not the recorded one. */
  async load(project: string, model: string, version: number): Promise<ModelBundle> {
    const folder = join(this.root, project, model, String(version));
    const manifest = await this.manifest(project, model, version);
    const weights = await readWeights(join(folder, WEIGHTS_FILE), manifest, manifest.record.weightsHash);
    if (manifest.folds === undefined) return { manifest, weights };
    const recorded = manifest.record.folds!;
    const folds = manifest.folds.map((fold, index) =>
      readWeights(join(folder, foldFile(index)), fold, recorded[index]!.weightsHash),
    );
    return { manifest, weights, folds: await Promise.all(folds) };
  }

  /** The manifest alone. Throws NOT_FOUND, and INTERNAL when its transform or post-processing is not the recorded one. */
  async manifest(project: string, model: string, version: number): Promise<ModelManifest> {
    const file = join(this.root, project, model, String(version), MANIFEST_FILE);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
      throw new PlumblineError('NOT_FOUND', `model "${model}" has no trained version ${version}`);
    });
    const manifest = parseManifest(text, file);
    requireParts(manifest, manifest.record, file);
    manifest.folds?.forEach((fold, index) => {
      requireParts(fold, manifest.record.folds![index]!, file);
    });
    return manifest;
  }
}

/** SHA-256 of the weights file, in hexadecimal: the name of trained weights. */
export function weightsHash(weights: ModelWeights): string {
  return sha256(weightsBytes(weights));
}

const MANIFEST_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';

function foldFile(index: number): string {
  return `fold-${index + 1}.bin`;
}

type RecordedHashes = { readonly transformHash: string; readonly postprocessHash?: string };

function requireParts(
  { transform, postprocess }: Pick<ModelManifest, 'transform' | 'postprocess'>,
  { transformHash, postprocessHash }: RecordedHashes,
  file: string,
): void {
  requireHash(fingerprint(transform), transformHash, file);
  if (postprocessHash !== undefined) requireHash(fingerprint(postprocess), postprocessHash, file);
}

async function readWeights(
  file: string,
  { tensors }: Pick<ModelManifest, 'tensors'>,
  hash: string,
): Promise<ModelWeights> {
  const bytes = await readFile(file);
  requireHash(sha256(bytes), hash, file);
  return parseWeights(tensors, bytes);
}

function weightsBytes(weights: ModelWeights): Buffer {
  return Buffer.concat(weights.map(({ values }) => littleEndian(values)));
}

function parseWeights(tensors: ModelManifest['tensors'], bytes: Buffer): ModelWeights {
  let at = 0;
  return tensors.map(({ name, shape }): WeightTensor => {
    const sizeBytes = shape.reduce((product, side) => product * side, 4);
    const part = littleEndian(new Uint8Array(bytes.subarray(at, at + sizeBytes)));
    at += sizeBytes;
    return { name, shape, values: new Float32Array(part.buffer, part.byteOffset, part.length / 4) };
  });
}

/** The bytes of float32 values in the file's order; a copy. */
function littleEndian(values: Float32Array | Uint8Array): Buffer {
  const bytes = Buffer.alloc(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return endianness() === 'LE' ? bytes : bytes.swap32();
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function requireHash(found: string, recorded: string, file: string): void {
  if (found === recorded) return;
  throw new PlumblineError(
    'INTERNAL',
    `${file} is damaged: its hash is ${found}, recorded is ${recorded}; restore it or train again`,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
