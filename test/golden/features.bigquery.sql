CREATE TEMP FUNCTION plumbline_array_avg_int64_…(a0 ARRAY<STRING>)
RETURNS FLOAT64
DETERMINISTIC
LANGUAGE js
AS r"""
'use strict';
if (globalThis.plumbline_array_avg_int64_…) return globalThis.plumbline_array_avg_int64_…(a0);
function averageOfInts(items) {
    if (items.length === 0)
        return null;
    return Number(items.reduce((total, item) => total + item, 0n)) / items.length;
}
const EMPTY_ARRAY = [];
function answer(a0) {
const m0 = a0 === null || a0 === undefined, d0 = m0 ? null : a0.map((x) => BigInt(x));
const c0 = m0 ? EMPTY_ARRAY : d0, cn0 = m0;
let v0 = 0, n0 = cn0;
if (!n0) { const h = averageOfInts(c0); if (h === null) n0 = true; else v0 = h; }
return n0 ? null : v0;
}
try { globalThis.plumbline_array_avg_int64_… = answer; } catch (e) {}
return answer(a0);
""";

SELECT
  COALESCE((`i` > 15), FALSE) AS `late`,
  plumbline_array_avg_int64_…((SELECT IF(a IS NULL, NULL, ARRAY(SELECT CAST(x AS STRING) FROM UNNEST(a) AS x WITH OFFSET AS i ORDER BY i)) FROM (SELECT `n`.items AS a))) AS `mean`,
  (SELECT IF(items IS NULL, NULL, STRUCT(items)) FROM (SELECT (COALESCE(`e`.items, (IF(`x` IS NULL OR `y` IS NULL, NULL, ARRAY<FLOAT64>[`x`, `y`])))) AS items)) AS `embedding`,
  (SELECT IF(items IS NULL, NULL, STRUCT(items)) FROM (SELECT COALESCE(`n`.items, ARRAY<INT64>[0]) AS items)) AS `counts`
FROM `p.d.flights`
