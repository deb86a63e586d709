-- Model "delay", version 1 of its definition. The means, deviations and categories of TRANSFORM are learnt anew.
-- What version 3 learnt stands in place of functions inside of functions.
-- Not carried over:
-- * seed 1: BigQuery ML takes none
-- * batch size and learning rate are those of Adam: BigQuery ML chooses its own for linear models (OPTIMIZE_STRATEGY, LEARN_RATE_STRATEGY)
CREATE OR REPLACE MODEL `project.dataset.delay`
TRANSFORM(
  ML.STANDARD_SCALER((COALESCE(`weather__temp`, 15.018782140875967))) OVER () AS `temp`,
  ML.ONE_HOT_ENCODER(`weather__sky`, 'none', 10, 1) OVER () AS `sky`,
  ML.STANDARD_SCALER((SAFE_CAST(`distance` AS FLOAT64))) OVER () AS `distance`,
  CAST(`vip` AS INT64) AS `vip`,
  (EXTRACT(HOUR FROM `as_of` AT TIME ZONE 'UTC')) AS `hour`,
  label,
  is_evaluation
)
OPTIONS(
  MODEL_TYPE = 'LOGISTIC_REG',
  MAX_ITERATIONS = 3,
  L2_REG = 0.0,
  EARLY_STOP = FALSE,
  INPUT_LABEL_COLS = ['label'],
  DATA_SPLIT_METHOD = 'CUSTOM',
  DATA_SPLIT_COL = 'is_evaluation'
)
AS
SELECT *
FROM (
  SELECT
    `weather__temp`,
    `weather__sky`,
    `distance`,
    `vip`,
    `as_of`,
    (`late_minutes` >= 15) AS label,
    `as_of` >= TIMESTAMP '2013-10-01T00:00:00Z' AS is_evaluation
  FROM `project.dataset.flights`
)
WHERE label IS NOT NULL;


CREATE TEMP FUNCTION plumbline_ln_float64_…(a0 FLOAT64)
RETURNS FLOAT64
DETERMINISTIC
LANGUAGE js
AS r"""…""";

-- Model "delay", version 1 of its definition. The means, deviations and categories of TRANSFORM are learnt anew.
-- Not carried over:
-- * seed 1: BigQuery ML takes none
-- * the threshold 0.4: pass one to ML.PREDICT as STRUCT(… AS threshold)
-- * names of the classes: {"true":"late","false":"on time"}
-- * computed__1 is computed before TRANSFORM, by a JavaScript function: compute it so for ML.PREDICT too
CREATE OR REPLACE MODEL `project.dataset.delay`
TRANSFORM(
  ML.STANDARD_SCALER(`weather__temp`) OVER () AS `temp`,
  ML.ONE_HOT_ENCODER(`weather__sky`, 'none', 10, 1) OVER () AS `sky`,
  ML.STANDARD_SCALER((SAFE_CAST(`distance` AS FLOAT64))) OVER () AS `distance`,
  CAST(`vip` AS INT64) AS `vip`,
  (EXTRACT(HOUR FROM TIMESTAMP_SUB(`as_of`, INTERVAL 1 MICROSECOND) AT TIME ZONE 'UTC')) AS `hour`,
  (SAFE_ADD(`computed__1`, ML.STANDARD_SCALER((SAFE.SQRT((SAFE_CAST(`distance` AS FLOAT64))))) OVER ())) AS `far`,
  label,
  is_evaluation
)
OPTIONS(
  MODEL_TYPE = 'DNN_CLASSIFIER',
  MAX_ITERATIONS = 10,
  L2_REG = 0.001,
  EARLY_STOP = FALSE,
  HIDDEN_UNITS = [64, 32],
  ACTIVATION_FN = 'RELU',
  OPTIMIZER = 'ADAM',
  LEARN_RATE = 0.001,
  BATCH_SIZE = 1024,
  CLASS_WEIGHTS = [STRUCT('true', 2.5), STRUCT('false', 1.0)],
  INPUT_LABEL_COLS = ['label'],
  DATA_SPLIT_METHOD = 'CUSTOM',
  DATA_SPLIT_COL = 'is_evaluation'
)
AS
SELECT *
FROM (
  SELECT
    `weather__temp`,
    `weather__sky`,
    `distance`,
    `vip`,
    `as_of`,
    plumbline_ln_float64_…((SAFE_CAST(`distance` AS FLOAT64))) AS `computed__1`,
    (`late_minutes` >= 15) AS label,
    TIMESTAMP_SUB(`as_of`, INTERVAL 1 MICROSECOND) >= TIMESTAMP '2013-10-01T00:00:00Z' AS is_evaluation
  FROM `project.dataset.flights`
)
WHERE label IS NOT NULL;


-- Model "delay", version 1 of its definition. The means, deviations and categories of TRANSFORM are learnt anew.
-- Not carried over:
-- * seed 1: BigQuery ML takes none
-- * early stopping after 2 epochs: BigQuery ML stops by MIN_REL_PROGRESS, 0.01 by default
-- * "wide" is not carried over: BigQuery ML gives every feature to both parts
-- * the label is not scaled by STANDARD_SCALER: BigQuery ML predicts in its own units
-- * rows from evaluateFrom on are left out: give them to ML.EVALUATE
CREATE OR REPLACE MODEL `project.dataset.delay`
TRANSFORM(
  ML.STANDARD_SCALER(`weather__temp`) OVER () AS `temp`,
  ML.ONE_HOT_ENCODER(`weather__sky`, 'none', 10, 1) OVER () AS `sky`,
  ML.STANDARD_SCALER((SAFE_CAST(`distance` AS FLOAT64))) OVER () AS `distance`,
  CAST(`vip` AS INT64) AS `vip`,
  (EXTRACT(HOUR FROM TIMESTAMP_SUB(`as_of`, INTERVAL 1 MICROSECOND) AT TIME ZONE 'UTC')) AS `hour`,
  label,
  is_evaluation
)
OPTIONS(
  MODEL_TYPE = 'DNN_LINEAR_COMBINED_REGRESSOR',
  MAX_ITERATIONS = 10,
  L2_REG = 0.0,
  EARLY_STOP = TRUE,
  HIDDEN_UNITS = [16, 8],
  ACTIVATION_FN = 'TANH',
  OPTIMIZER = 'ADAM',
  LEARN_RATE = 0.001,
  BATCH_SIZE = 1024,
  INPUT_LABEL_COLS = ['label'],
  DATA_SPLIT_METHOD = 'CUSTOM',
  DATA_SPLIT_COL = 'is_evaluation'
)
AS
SELECT *
FROM (
  SELECT
    `weather__temp`,
    `weather__sky`,
    `distance`,
    `vip`,
    `as_of`,
    `late_minutes` AS label,
    TIMESTAMP_SUB(`as_of`, INTERVAL 1 MICROSECOND) >= TIMESTAMP '2013-09-30T20:00:00Z' AS is_evaluation
  FROM `project.dataset.flights`
)
WHERE label IS NOT NULL
  AND TIMESTAMP_SUB(`as_of`, INTERVAL 1 MICROSECOND) < TIMESTAMP '2013-10-01T00:00:00Z';
