import { type Operation, strict } from './operation.js';

const VECTORS = ['ARRAY<FLOAT64>', 'ARRAY<FLOAT64>'] as const;
const INTEGERS = ['ARRAY<INT64>', 'ARRAY<INT64>'] as const;

/** Distances of embeddings and of places. */
export const DISTANCE = {
  cosine_distance: {
    sql: 'COSINE_DISTANCE',
    arguments: VECTORS,
    result: 'FLOAT64',
    about:
      '1 - a·b / (|a| |b|): 0.0 for the same direction, 2.0 for the opposite, but for rounding. Each of the three sums goes from the first element to the last and rounds every step. NULL for a zero vector. NULL for arrays of different lengths and when a step is not finite.',
    example: ['COSINE_DISTANCE([1.0, 0.0], [0.0, 1.0])', '1.0'],
    kernel: strict('finite', 'rt.cosineDistance($0, $1)'),
  },
  euclidean_distance: {
    sql: 'EUCLIDEAN_DISTANCE',
    arguments: VECTORS,
    result: 'FLOAT64',
    about:
      'The root of the sum of the squared differences, which goes from the first element to the last and rounds every step. NULL for arrays of different lengths and when a step is not finite.',
    example: ['EUCLIDEAN_DISTANCE([1.0, 2.0], [4.0, 6.0])', '5.0'],
    kernel: strict('finite', 'rt.euclideanDistance($0, $1)'),
  },
  dot_product_float64: {
    sql: 'DOT_PRODUCT',
    arguments: VECTORS,
    result: 'FLOAT64',
    about:
      'The sum of the products. The sum is exact and rounded once, of terms that are rounded each. NULL for arrays of different lengths and when a step is not finite.',
    example: ['DOT_PRODUCT([1.0, 2.0], [3.0, 4.0])', '11.0'],
    kernel: strict('finite', 'rt.dotProduct($0, $1)'),
  },
  manhattan_distance_float64: {
    sql: 'MANHATTAN_DISTANCE',
    arguments: VECTORS,
    result: 'FLOAT64',
    about:
      'The sum of the differences without their signs. The sum is exact and rounded once, of terms that are rounded each. NULL for arrays of different lengths and when a step is not finite.',
    example: ['MANHATTAN_DISTANCE([1.0, 2.0], [3.0, 5.0])', '5.0'],
    kernel: strict('finite', 'rt.manhattanDistance($0, $1)'),
  },
  l1_norm_float64: {
    sql: 'L1_NORM',
    arguments: ['ARRAY<FLOAT64>'],
    result: 'FLOAT64',
    about: 'The sum of the elements without their signs, exact and rounded once. NULL when it is not finite.',
    example: ['L1_NORM([1.0, -2.0])', '3.0'],
    kernel: strict('finite', 'rt.l1Norm($0)'),
  },
  l2_norm_float64: {
    sql: 'L2_NORM',
    arguments: ['ARRAY<FLOAT64>'],
    result: 'FLOAT64',
    about:
      'The root of the sum of the squares. The sum is exact and rounded once, of terms that are rounded each. NULL when a step is not finite.',
    example: ['L2_NORM([3.0, 4.0])', '5.0'],
    kernel: strict('finite', 'rt.l2Norm($0)'),
  },
  dot_product_int64: {
    sql: 'DOT_PRODUCT',
    arguments: INTEGERS,
    result: 'FLOAT64',
    about:
      'The sum of the products. The sum is exact and rounded once, of terms that are rounded each. Elements are read as FLOAT64. NULL for arrays of different lengths and when a step is not finite.',
    example: ['DOT_PRODUCT([1, 2], [3, 4])', '11.0'],
    kernel: strict('finite', 'rt.dotProduct($0, $1)'),
  },
  manhattan_distance_int64: {
    sql: 'MANHATTAN_DISTANCE',
    arguments: INTEGERS,
    result: 'FLOAT64',
    about:
      'The sum of the differences without their signs. The sum is exact and rounded once, of terms that are rounded each. Elements are read as FLOAT64. NULL for arrays of different lengths and when a step is not finite.',
    example: ['MANHATTAN_DISTANCE([1, 2], [3, 5])', '5.0'],
    kernel: strict('finite', 'rt.manhattanDistance($0, $1)'),
  },
  l1_norm_int64: {
    sql: 'L1_NORM',
    arguments: ['ARRAY<INT64>'],
    result: 'FLOAT64',
    about:
      'The sum of the elements without their signs, exact and rounded once. Elements are read as FLOAT64. NULL when it is not finite.',
    example: ['L1_NORM([1, -2])', '3.0'],
    kernel: strict('finite', 'rt.l1Norm($0)'),
  },
  l2_norm_int64: {
    sql: 'L2_NORM',
    arguments: ['ARRAY<INT64>'],
    result: 'FLOAT64',
    about:
      'The root of the sum of the squares. The sum is exact and rounded once, of terms that are rounded each. Elements are read as FLOAT64. NULL when a step is not finite.',
    example: ['L2_NORM([3, 4])', '5.0'],
    kernel: strict('finite', 'rt.l2Norm($0)'),
  },
  great_circle_distance: {
    sql: 'ST_DISTANCE',
    form: 'ST_DISTANCE(ST_GEOGPOINT(longitude, latitude), ST_GEOGPOINT(longitude, latitude))',
    arguments: ['FLOAT64', 'FLOAT64', 'FLOAT64', 'FLOAT64'],
    result: 'FLOAT64',
    about:
      'The distance in metres of two places along the sphere of radius 6,371,010 m that BigQuery measures on, the FLOAT64 nearest to the real number; BigQuery itself is some nanometres off. Degrees; longitudes count modulo 360. NULL for a latitude beyond -90 to 90.',
    example: ['ST_DISTANCE(ST_GEOGPOINT(0, 0), ST_GEOGPOINT(1, 0))', '111195.10117748394'],
    kernel: strict('finite', 'rt.greatCircle($*)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;
