/** How well a model does on one split, by what it predicts. */
export type SplitMetrics = BinaryMetrics | MultiClassMetrics | RegressionMetrics;

/** Of two classes; the members from `brier` on are absent of versions trained before they were measured. */
export type BinaryMetrics = {
  readonly task?: 'binary';
  readonly rows: number;
  readonly positives: number;
  /** Area under the ROC curve, exact. */
  readonly auc: number;
  /** Mean negative log likelihood, natural logarithm. */
  readonly logLoss: number;
  /** Mean squared difference of probability and label. */
  readonly brier?: number;
  /** Of the rows whose label is predicted TRUE, the share that is; null when there is none. */
  readonly precision?: number | null;
  /** Of the rows that are TRUE, the share that is predicted so. */
  readonly recall?: number;
};

export type MultiClassMetrics = {
  readonly task: 'multiClass';
  readonly rows: number;
  /** Rows of each class, in the order of the classes. */
  readonly classRows: readonly number[];
  readonly accuracy: number;
  readonly logLoss: number;
  /** Mean over the classes that occur or are predicted of the harmonic mean of precision and recall. */
  readonly macroF1: number;
};

export type RegressionMetrics = {
  readonly task: 'regression';
  readonly rows: number;
  readonly meanSquaredError: number;
  readonly meanAbsoluteError: number;
  /** 1 − squared error / squared distance from the mean; null when every label is the same. */
  readonly r2: number | null;
};

export type Metrics = {
  readonly training: SplitMetrics;
  /** Absent where no row validates. */
  readonly validation?: SplitMetrics;
  readonly evaluation: SplitMetrics;
};
