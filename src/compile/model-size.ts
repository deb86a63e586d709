import type { Problem } from '../definition/error.js';
import type { Trainer } from './model-trainer.js';
import type { TransformOutput } from './transform-output.js';

/** Parameters of a network: 64 MiB as a file, some ten times as much while it is trained, slopes and moments included. */
export const MAX_PARAMETERS = 2 ** 24;

/**
 * Checks what is known of a network's size before anything is fitted: a parameter for each bucket of a hash that acts on the
 * prediction, or as many as its embedding has dimensions.
 */
export function checkModelSize(
  { embeddings = [], wide = [] }: Pick<Trainer, 'embeddings' | 'wide'>,
  transform: readonly TransformOutput[],
  problems: Problem[],
): void {
  const buckets = new Map(transform.map((output) => [output.name, bucketsOf(output)]));
  const tables = [
    ...embeddings.map(({ output, dimension }, index) => ({
      path: `embeddings/${index}`,
      output,
      each: dimension,
    })),
    ...wide.map((output, index) => ({ path: `wide/${index}`, output, each: 1 })),
  ];
  let parameters = 0;
  for (const { path, output, each } of tables) {
    parameters += (buckets.get(output) ?? 0) * each;
    if (parameters <= MAX_PARAMETERS) continue;
    const message = `makes ${parameters} parameters of hash buckets; ${MAX_PARAMETERS} are the limit: give HASH_BUCKETIZE fewer buckets, or the embedding fewer dimensions`;
    problems.push({ path: `/trainer/${path}`, message });
    return;
  }
}

function bucketsOf({ expression }: TransformOutput): number {
  if (expression.kind !== 'fitted' || expression.function !== 'HASH_BUCKETIZE') return 0;
  return Number(expression.parameters['buckets']) + 1;
}
