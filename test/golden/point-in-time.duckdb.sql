-- known
WITH "~s0" AS (SELECT * FROM (SELECT "airport", "^runway", "observed", "temp", "~sequence", "~created_assumed", greatest("observed", "~created_time") AS "~from",
  row_number() OVER (PARTITION BY "airport", "^runway" ORDER BY "observed", "~order_time", "revision" NULLS FIRST, "~sequence") AS "~rank", lead("observed") OVER (PARTITION BY "airport", "^runway" ORDER BY "observed", "~order_time", "revision" NULLS FIRST, "~sequence") AS "~otherwise"
  FROM "history_weather" WHERE "~sequence" <= 41 AND "airport" IS NOT NULL AND "^runway" IS NOT NULL AND 4 + strlen("airport") + 8 <= 1024)
QUALIFY "~rank" > coalesce(max("~rank") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AND "~from" IS DISTINCT FROM lead("~from") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank")),
"~s1" AS (SELECT * FROM (SELECT "airport", "^runway", "observed", "temp", "~sequence", "~created_assumed", greatest("observed", "~created_time") AS "~from",
  row_number() OVER (PARTITION BY "airport", "^runway" ORDER BY "observed", "~order_time", "revision" NULLS FIRST, "~sequence") AS "~rank", lead("observed") OVER (PARTITION BY "airport", "^runway" ORDER BY "observed", "~order_time", "revision" NULLS FIRST, "~sequence") AS "~otherwise"
  FROM "history_weather" WHERE "~sequence" <= 41 AND "airport" IS NOT NULL AND "^runway" IS NOT NULL AND 4 + strlen("airport") + 8 <= 1024)
QUALIFY "~rank" > coalesce(max("~rank") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AND "~from" IS DISTINCT FROM lead("~from") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank"))
SELECT f.*, ("~s0"."~sequence" IS NULL OR "~s0"."~otherwise" <= f."~t") AS "~0.suspect", "~s0"."~sequence" AS "~0.seq", "~s0"."observed" AS "~0.event", "~s0"."~created_assumed" AS "~0.assumed", "~s0"."temp" AS "~0:temp", "~s0"."observed" AS "~0:observed", ("~s1"."~sequence" IS NULL OR "~s1"."~otherwise" <= f."~t") AS "~1.suspect", "~s1"."~sequence" AS "~1.seq", "~s1"."observed" AS "~1.event", "~s1"."~created_assumed" AS "~1.assumed", "~s1"."temp" AS "~1:temp"
FROM "~frame" f
ASOF LEFT JOIN "~s0" ON f."airport" = "~s0"."airport" AND f."runway" = "~s0"."^runway" AND f."~t" >= "~s0"."~from"
ASOF LEFT JOIN "~s1" ON f."dest" = "~s1"."airport" AND f."runway" = "~s1"."^runway" AND f."~t" >= "~s1"."~from"
ORDER BY f."~row"

-- event
WITH "~s0" AS (SELECT * FROM (SELECT "airport", "^runway", "observed", "temp", "~sequence", "~created_assumed", "observed" AS "~from",
  row_number() OVER (PARTITION BY "airport", "^runway" ORDER BY "observed", "~order_time", "revision" NULLS FIRST, "~sequence") AS "~rank", "~created_time" AS "~otherwise"
  FROM "history_weather" WHERE "~sequence" <= 41 AND "airport" IS NOT NULL AND "^runway" IS NOT NULL AND 4 + strlen("airport") + 8 <= 1024)
QUALIFY "~from" IS DISTINCT FROM lead("~from") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank")),
"~s1" AS (SELECT * FROM (SELECT "airport", "^runway", "observed", "temp", "~sequence", "~created_assumed", "observed" AS "~from",
  row_number() OVER (PARTITION BY "airport", "^runway" ORDER BY "observed", "~order_time", "revision" NULLS FIRST, "~sequence") AS "~rank", "~created_time" AS "~otherwise"
  FROM "history_weather" WHERE "~sequence" <= 41 AND "airport" IS NOT NULL AND "^runway" IS NOT NULL AND 4 + strlen("airport") + 8 <= 1024)
QUALIFY "~from" IS DISTINCT FROM lead("~from") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank"))
SELECT f.*, ("~s0"."~otherwise" > f."~t") AS "~0.suspect", "~s0"."~sequence" AS "~0.seq", "~s0"."observed" AS "~0.event", "~s0"."~created_assumed" AS "~0.assumed", "~s0"."temp" AS "~0:temp", "~s0"."observed" AS "~0:observed", ("~s1"."~otherwise" > f."~t") AS "~1.suspect", "~s1"."~sequence" AS "~1.seq", "~s1"."observed" AS "~1.event", "~s1"."~created_assumed" AS "~1.assumed", "~s1"."temp" AS "~1:temp"
FROM "~frame" f
ASOF LEFT JOIN "~s0" ON f."airport" = "~s0"."airport" AND f."runway" = "~s0"."^runway" AND f."~t" >= "~s0"."~from"
ASOF LEFT JOIN "~s1" ON f."dest" = "~s1"."airport" AND f."runway" = "~s1"."^runway" AND f."~t" >= "~s1"."~from"
ORDER BY f."~row"

-- here__temp
coalesce(CASE WHEN "~0.seq" IS NOT NULL AND (epoch_us("~t") - epoch_us("~0.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~0.event")) <= 604800000000 THEN "~0:temp" END, CAST('15' AS DOUBLE))

-- its status
CASE WHEN "~0.seq" IS NULL OR (epoch_us("~t") - epoch_us("~0.event")) > 604800000000 THEN 'NOT_FOUND' WHEN (epoch_us("~t") - epoch_us("~0.event")) > 10800000000 THEN 'EXPIRED' WHEN (CASE WHEN "~0.seq" IS NOT NULL AND (epoch_us("~t") - epoch_us("~0.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~0.event")) <= 604800000000 THEN "~0:temp" END) IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- here__hour (computed by the kernel)
"~0=1"

-- its status
CASE WHEN "~0.seq" IS NULL OR (epoch_us("~t") - epoch_us("~0.event")) > 604800000000 THEN 'NOT_FOUND' WHEN (epoch_us("~t") - epoch_us("~0.event")) > 10800000000 THEN 'EXPIRED' WHEN ("~0=1") IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- here__event_time
CASE WHEN "~0.seq" IS NOT NULL AND (epoch_us("~t") - epoch_us("~0.event")) <= 604800000000 THEN "~0.event" END

-- there__temp
coalesce(CASE WHEN "~1.seq" IS NOT NULL AND (epoch_us("~t") - epoch_us("~1.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~1.event")) <= 604800000000 THEN "~1:temp" END, CAST('15' AS DOUBLE))

-- its status
CASE WHEN "~1.seq" IS NULL OR (epoch_us("~t") - epoch_us("~1.event")) > 604800000000 THEN 'NOT_FOUND' WHEN (epoch_us("~t") - epoch_us("~1.event")) > 10800000000 THEN 'EXPIRED' WHEN (CASE WHEN "~1.seq" IS NOT NULL AND (epoch_us("~t") - epoch_us("~1.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~1.event")) <= 604800000000 THEN "~1:temp" END) IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- there__event_time
CASE WHEN "~1.seq" IS NOT NULL AND (epoch_us("~t") - epoch_us("~1.event")) <= 604800000000 THEN "~1.event" END
