import { MAX_PARAMETERS } from '../compile/model-size.js';
import type { ColumnBatch, ColumnValues } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { Architecture } from '../model/architecture.js';
import { deepWidth, parametersOf } from '../model/parameters.js';

/**
 * Bytes of decoded rows that a training thread holds until they are model inputs, and of model inputs in float32: together
 * they are what a training takes of memory, but for the parameters.
 */
const MAX_BYTES = 2 * 1024 ** 3;

/** Rows that train and validate, and rows of a batch. */
type Size = { readonly rows: number; readonly batchSize: number };

/**
 * Throws TRAINING_FAILED, before anything of the size is allocated, where a network has too many parameters, the rows that
 * train and validate make too large a matrix, or those of a batch do on their way through the layers.
 */
export function requireTrainable(architecture: Architecture, { rows, batchSize }: Size): void {
  const { width, imported } = architecture;
  const { length } = parametersOf(architecture);
  if (imported === undefined && length > MAX_PARAMETERS) {
    throw refusal(
      '/trainer',
      `the network has ${length} parameters; ${MAX_PARAMETERS} are the limit: take fewer units, smaller embeddings, fewer buckets, or a lower top_k`,
    );
  }
  const batchBytes = Math.min(rows, batchSize) * bytesThroughLayers(architecture);
  if (imported === undefined && batchBytes > MAX_BYTES) {
    throw refusal(
      '/trainer/batchSize',
      `a batch takes ${mebibytes(batchBytes)} MiB on its way through the layers; ${mebibytes(MAX_BYTES)} are the limit: take a smaller batchSize`,
    );
  }
  const sizeBytes = rows * width * Float32Array.BYTES_PER_ELEMENT;
  if (sizeBytes <= MAX_BYTES) return;
  throw refusal(
    '/transform',
    `${rows} rows of ${width} model inputs take ${mebibytes(sizeBytes)} MiB; ${mebibytes(MAX_BYTES)} are the limit: train on fewer rows, or encode by an embedding of LABEL_ENCODER or HASH_BUCKETIZE instead of indicators`,
  );
}

/** Of a row: what enters each layer and the scores, and the slopes by each of them. */
function bytesThroughLayers(architecture: Architecture): number {
  const { hiddenLayers, outputs } = architecture;
  const numbers = [...hiddenLayers, outputs].reduce((sum, units) => sum + units, deepWidth(architecture));
  return 2 * numbers * Float32Array.BYTES_PER_ELEMENT;
}

/** Counts the decoded rows that are held. */
export class HeldRows {
  private sizeBytes = 0;

  /** Throws TRAINING_FAILED for more than a training thread holds. */
  add({ columns }: ColumnBatch): void {
    for (const { values } of columns.values()) this.sizeBytes += bytesOf(values);
    if (this.sizeBytes <= MAX_BYTES) return;
    throw refusal(
      '/trainingSet',
      `the rows take more than ${mebibytes(MAX_BYTES)} MiB, the limit: make the training set of fewer rows`,
    );
  }
}

/** About what V8 takes for a text or a list beside its contents. */
const HEADER_BYTES = 24;

function bytesOf(values: ColumnValues): number {
  if (ArrayBuffer.isView(values)) return values.byteLength;
  let sizeBytes = 0;
  for (const value of values) {
    const itemBytes =
      typeof value === 'string' || ArrayBuffer.isView(value) ? 1 : Float64Array.BYTES_PER_ELEMENT;
    sizeBytes += HEADER_BYTES + value.length * itemBytes;
  }
  return sizeBytes;
}

function mebibytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 1024 ** 2);
}

function refusal(path: string, message: string): PlumblineError {
  return new PlumblineError('TRAINING_FAILED', message, { path });
}
