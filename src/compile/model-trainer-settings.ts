import type { ModelDocument, Task, TrainerDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';

type NumericSettings = Required<
  Pick<TrainerDocument, 'epochs' | 'batchSize' | 'learningRate' | 'l2' | 'seed'>
>;
type Filled = TrainerDocument & NumericSettings;

/** Checks every setting that is there against its range and against the rest of the model; `task` is null when undecided. */
export function checkTrainerSettings(
  document: ModelDocument,
  { trainer, task }: { readonly trainer: Filled; readonly task: Task | null },
  problems: Problem[],
): void {
  const refuse: Refuse = (path, message) => problems.push({ path: `/trainer/${path}`, message });
  for (const { name, holds, want } of LIMITS) {
    if (!holds(trainer[name])) refuse(name, `is ${trainer[name]}; it must be ${want}`);
  }
  checkLayers(trainer, refuse);
  checkEmbeddings(document, trainer, refuse);
  checkWide(document, trainer, refuse);
  checkClassWeights(trainer, task, refuse);
  checkEarlyStopping(document, trainer, refuse);
  if (trainer.kind === 'onnx') checkImport(document, { trainer, task }, refuse);
}

type Refuse = (path: string, message: string) => void;

/** A model made elsewhere predicts in its own units. */
function checkImport(
  { label }: ModelDocument,
  { trainer: { file, classes }, task }: { readonly trainer: Filled; readonly task: Task | null },
  refuse: Refuse,
): void {
  if (file === undefined || !/^[0-9a-f]{64}$/.test(file)) {
    refuse('file', 'is no SHA-256; upload the ONNX file and write the `file` that it is answered with');
  }
  if (label.scale !== undefined)
    refuse('kind', 'cannot have a scaled label: it learnt its own; drop label.scale');
  if (classes === undefined) return;
  if (task !== null && task !== 'multiClass')
    refuse('classes', `is for several classes, but the model predicts ${task}; drop it`);
  const twice = classes.findIndex((label, index) => classes.indexOf(label) < index);
  if (twice >= 0) refuse(`classes/${twice}`, `"${classes[twice]}" is there twice; drop one`);
}

/** Layers and units that a small network may have; what is larger belongs into an imported model. */
const MAX_LAYERS = 8;
const MAX_UNITS = 1024;
const MAX_DIMENSION = 256;

const LIMITS: readonly {
  readonly name: keyof NumericSettings;
  readonly holds: (value: number) => boolean;
  readonly want: string;
}[] = [
  { name: 'epochs', holds: isWhole(1, 10_000), want: 'a whole number from 1 to 10000' },
  { name: 'batchSize', holds: isWhole(1, 1_000_000), want: 'a whole number from 1 to 1000000' },
  { name: 'learningRate', holds: (value) => value > 0 && value <= 1, want: 'above 0, at most 1' },
  { name: 'l2', holds: (value) => value >= 0 && value <= 1000, want: 'from 0 to 1000' },
  { name: 'seed', holds: isWhole(0, 2 ** 32 - 1), want: 'a whole number from 0 to 4294967295' },
];

function isWhole(from: number, to: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= from && value <= to;
}

function checkLayers({ hiddenLayers = [] }: Filled, refuse: Refuse): void {
  if (hiddenLayers.length > MAX_LAYERS) {
    refuse('hiddenLayers', `has ${hiddenLayers.length} layers; at most ${MAX_LAYERS} are trained`);
  }
  hiddenLayers.forEach((units, index) => {
    if (isWhole(1, MAX_UNITS)(units)) return;
    refuse(`hiddenLayers/${index}`, `is ${units}; it must be a whole number from 1 to ${MAX_UNITS}`);
  });
}

function checkEmbeddings(document: ModelDocument, { embeddings = [] }: Filled, refuse: Refuse): void {
  embeddings.forEach(({ output, dimension }, index) => {
    const path = `embeddings/${index}`;
    if (!isWhole(1, MAX_DIMENSION)(dimension)) {
      refuse(`${path}/dimension`, `is ${dimension}; it must be a whole number from 1 to ${MAX_DIMENSION}`);
    }
    requireOutput(document, { output, path: `${path}/output` }, refuse);
    if (embeddings.findIndex((other) => other.output === output) < index) {
      refuse(`${path}/output`, `"${output}" has an embedding already; drop one`);
    }
  });
}

function checkWide(document: ModelDocument, { wide, embeddings = [] }: Filled, refuse: Refuse): void {
  if (document.trainer.kind !== 'wideAndDeep') return;
  if (wide === undefined) {
    refuse('wide', 'is missing; name the outputs that act on the prediction without hidden layers');
    return;
  }
  wide.forEach((output, index) => {
    const path = `wide/${index}`;
    requireOutput(document, { output, path }, refuse);
    if (wide.indexOf(output) < index) refuse(path, `"${output}" is there twice; drop one`);
    if (embeddings.some((each) => each.output === output)) {
      refuse(path, `"${output}" has an embedding, which belongs to the deep part; drop one of them`);
    }
  });
  if (document.transform.every(({ name }) => wide.includes(name))) {
    refuse('wide', 'names every output, so that nothing is deep; leave some out or train a linear model');
  }
}

function requireOutput(
  { transform }: ModelDocument,
  { output, path }: { readonly output: string; readonly path: string },
  refuse: Refuse,
): void {
  if (transform.some(({ name }) => name === output)) return;
  refuse(
    path,
    `"${output}" is no transform output; there are ${transform.map(({ name }) => name).join(', ')}`,
  );
}

/** Weights beyond this make the other classes vanish in float32. */
const MAX_CLASS_WEIGHT = 1e6;

function checkClassWeights({ classWeights }: Filled, task: Task | null, refuse: Refuse): void {
  if (classWeights === undefined || classWeights === 'balanced') return;
  if (task === 'regression')
    refuse('classWeights', 'weighs classes, but the model predicts a quantity; drop it');
  if (typeof classWeights === 'string') {
    refuse('classWeights', `is "${classWeights}"; write "balanced" or a number a class`);
    return;
  }
  for (const [label, weight] of Object.entries(classWeights)) {
    const path = `classWeights/${label.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (task === 'binary' && label !== 'true' && label !== 'false') {
      refuse(path, 'is no class; two classes are "true" and "false"');
    }
    if (!(weight > 0 && weight <= MAX_CLASS_WEIGHT)) {
      refuse(path, `is ${weight}; it must be above 0, at most ${MAX_CLASS_WEIGHT}`);
    }
  }
}

function checkEarlyStopping({ split }: ModelDocument, { earlyStopping }: Filled, refuse: Refuse): void {
  if (earlyStopping === undefined) return;
  const { patience, minDelta = 0 } = earlyStopping;
  if (!isWhole(1, 10_000)(patience)) {
    refuse('earlyStopping/patience', `is ${patience}; it must be a whole number from 1 to 10000`);
  }
  if (!(minDelta >= 0 && Number.isFinite(minDelta))) {
    refuse('earlyStopping/minDelta', `is ${minDelta}; it must be 0 or above`);
  }
  if (split.validateFrom === undefined) {
    refuse('earlyStopping', 'needs rows that validate; add "split.validateFrom"');
  }
}
