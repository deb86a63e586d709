-- keys
SELECT (row_number() OVER () - 1)::INTEGER AS "~key", *
FROM (SELECT "origin", epoch_us(min("~t")) - 612000000000 AS "~low", epoch_us(max("~t")) AS "~high" FROM "~asked"
  WHERE "origin" IS NOT NULL GROUP BY "origin")

-- keys where a window has no beginning
SELECT (row_number() OVER () - 1)::INTEGER AS "~key", *
FROM (SELECT "origin", NULL::BIGINT AS "~low", epoch_us(max("~t")) AS "~high" FROM "~asked"
  WHERE "origin" IS NOT NULL GROUP BY "origin")

-- rows
SELECT k."~key", "~h"."departed" AS "~event", "~h"."~order_time" AS "~order", "~h"."~sequence" AS "~sequence", "~h"."~created_time" AS "~created", "~h"."~created_assumed" AS "~assumed", greatest("~h"."departed", coalesce("~h"."~visible_time", "~h"."~order_time")) AS "~served"
FROM "history_departures" "~h" JOIN "~window_keys" k ON k."origin" = "~h"."origin"
WHERE "~h"."~sequence" <= 41 AND "~h"."origin" IS NOT NULL AND 4 + strlen("~h"."origin") <= 1024 AND "~h"."departed" <= make_timestamp(9) AND epoch_us("~h"."departed") <= k."~high" AND "~h"."departed" > make_timestamp(1) AND epoch_us("~h"."departed") > k."~low" AND "~h"."cancelled" IS NOT TRUE
ORDER BY k."~key", "~h"."departed"

-- rows for exact windows, without a beginning
SELECT k."~key", "~h"."departed" AS "~event", "~h"."~order_time" AS "~order", "~h"."~sequence" AS "~sequence", "~h"."~created_time" AS "~created", "~h"."~created_assumed" AS "~assumed", greatest("~h"."departed", coalesce("~h"."~visible_time", "~h"."~order_time")) AS "~served"
FROM "history_departures" "~h" JOIN "~window_keys" k ON k."origin" = "~h"."origin"
WHERE "~h"."~sequence" <= 41 AND "~h"."origin" IS NOT NULL AND 4 + strlen("~h"."origin") <= 1024 AND "~h"."departed" <= make_timestamp(9) AND epoch_us("~h"."departed") <= k."~high" AND "~h"."cancelled" IS NOT TRUE
ORDER BY k."~key", "~h"."departed", "~h"."~order_time", "~h"."revision" IS NOT NULL, coalesce("~h"."revision", 0), "~h"."~sequence"

-- questions
SELECT *, row_number() OVER () AS "~place" FROM (
  SELECT coalesce(k."~key", -1) AS "~key", a."~row", a."~t"
  FROM "~asked" a LEFT JOIN "~window_keys" k ON a."origin" = k."origin"
  ORDER BY 1, a."~t")

-- questions with the record of their answers
SELECT *, row_number() OVER () AS "~place" FROM (
  SELECT coalesce(k."~key", -1) AS "~key", a."~row", a."~t", a."here__sequence"::BIGINT AS "~through"
  FROM "~asked" a LEFT JOIN "~window_keys" k ON a."origin" = k."origin"
  ORDER BY 1, a."~t")

-- joined
SELECT f.*, "~m0"."~0.active", "~m0"."~0.assumed", "~m0"."~0=0", "~m0"."~0=1"
FROM "~frame" f
JOIN "~m0" "~m0" USING ("~row")
ORDER BY f."~row"

-- status of a feature
CASE WHEN NOT "~0.active" THEN 'NOT_FOUND' WHEN ("~0=0") IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- keys of labels
SELECT (row_number() OVER () - 1)::INTEGER AS "~key", *
FROM (SELECT "origin", epoch_us(min("~t")) - 2 AS "~low", epoch_us(max("~t")) + 60 AS "~high" FROM "~asked"
  WHERE "origin" IS NOT NULL GROUP BY "origin")

-- status of a label
CASE WHEN NOT "~0.active" OR NOT (epoch_us("~t") <= 430) THEN 'NOT_FOUND' WHEN ("~0=0") IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- a label with a default
CASE WHEN epoch_us("~t") <= 430 THEN coalesce("~0=0", CAST('0' AS DOUBLE)) END
