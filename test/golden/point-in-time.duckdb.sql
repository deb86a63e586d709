-- small, known
SELECT a."~row", arg_max("~h"."~sequence", row("~h"."observed", "~h"."~order_time", "~h"."revision" IS NOT NULL, coalesce("~h"."revision", 0), "~h"."~sequence")) AS "~sequence"
FROM "~asked" a LEFT JOIN "history_weather" "~h" ON a."airport" = "~h"."airport" AND a."runway" = "~h"."^runway" AND "~h"."~sequence" <= 41 AND "~h"."airport" IS NOT NULL AND "~h"."^runway" IS NOT NULL AND 4 + strlen("~h"."airport") + 8 <= 1024 AND greatest("~h"."observed", "~h"."~created_time") <= a."~t" AND "~h"."observed" <= a."~t"
GROUP BY a."~row"

-- small, by the record of an answer
SELECT a."~row", arg_max("~h"."~sequence", row("~h"."observed", "~h"."~order_time", "~h"."revision" IS NOT NULL, coalesce("~h"."revision", 0), "~h"."~sequence")) AS "~sequence"
FROM "~asked" a LEFT JOIN "history_weather" "~h" ON a."airport" = "~h"."airport" AND a."runway" = "~h"."^runway" AND "~h"."~sequence" <= 41 AND "~h"."airport" IS NOT NULL AND "~h"."^runway" IS NOT NULL AND 4 + strlen("~h"."airport") + 8 <= 1024 AND "~h"."~sequence" <= a."here__sequence" AND "~h"."observed" <= a."~t"
GROUP BY a."~row"

-- how many pairs the small plan looks at
SELECT coalesce(sum(a."~rows" * h."~rows"), 0)::DOUBLE
FROM (SELECT "airport", "runway", count(*) AS "~rows" FROM "~asked" a GROUP BY ALL) a
JOIN (SELECT "airport", "^runway", count(*) AS "~rows" FROM "history_weather" h
  SEMI JOIN "~asked" a ON a."airport" = h."airport" AND a."runway" = h."^runway" GROUP BY ALL) h
ON a."airport" = h."airport" AND a."runway" = h."^runway"

-- raw, event
SELECT a."~row", s."~sequence", s."~at"
FROM "~asked" a ASOF LEFT JOIN (SELECT "airport", "^runway", "~from", "~sequence", "~at"
FROM (SELECT "~h"."airport", "~h"."^runway", "~h"."~sequence", "~h"."observed" AS "~at", "~h"."~created_time" AS "~created",
  "~h"."observed" AS "~from", row_number() OVER (PARTITION BY "~h"."airport", "~h"."^runway" ORDER BY "~h"."observed", "~h"."~order_time", "~h"."revision" IS NOT NULL, coalesce("~h"."revision", 0), "~h"."~sequence") AS "~rank"
  FROM "history_weather" "~h" WHERE "~h"."~sequence" <= 41 AND "~h"."airport" IS NOT NULL AND "~h"."^runway" IS NOT NULL AND 4 + strlen("~h"."airport") + 8 <= 1024)
QUALIFY "~from" IS DISTINCT FROM lead("~from") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank")) s
ON a."airport" = s."airport" AND a."runway" = s."^runway" AND a."~t" >= s."~from"

-- raw, served
SELECT a."~row", s."~sequence", s."~at"
FROM "~asked" a ASOF LEFT JOIN (SELECT "airport", "^runway", "~from", "~sequence", "~at"
FROM (SELECT "~h"."airport", "~h"."^runway", "~h"."~sequence", "~h"."observed" AS "~at", "~h"."~created_time" AS "~created",
  greatest("~h"."observed", coalesce("~h"."~visible_time", "~h"."~order_time")) AS "~from", row_number() OVER (PARTITION BY "~h"."airport", "~h"."^runway" ORDER BY "~h"."observed", "~h"."~order_time", "~h"."revision" IS NOT NULL, coalesce("~h"."revision", 0), "~h"."~sequence") AS "~rank"
  FROM "history_weather" "~h" WHERE "~h"."~sequence" <= 41 AND "~h"."airport" IS NOT NULL AND "~h"."^runway" IS NOT NULL AND 4 + strlen("~h"."airport") + 8 <= 1024)
QUALIFY "~rank" > coalesce(max("~rank") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AND "~from" IS DISTINCT FROM lead("~from") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank")) s
ON a."airport" = s."airport" AND a."runway" = s."^runway" AND a."~t" >= s."~from"

-- the compacted table
SELECT "airport", "^runway", "~sequence",
  CASE WHEN "~at" IS DISTINCT FROM lead("~at") OVER (PARTITION BY "airport", "^runway" ORDER BY "~rank") THEN "~at" END AS "~event",
  CASE WHEN "~rank" > coalesce(max("~rank") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AND "~from" IS DISTINCT FROM lead("~from") OVER (PARTITION BY "airport", "^runway" ORDER BY "~from", "~rank") THEN "~from" END AS "~known",
  "~at", lead("~at") OVER (PARTITION BY "airport", "^runway" ORDER BY "~rank") AS "~next", "~created"
FROM (SELECT "~h"."airport", "~h"."^runway", "~h"."~sequence", "~h"."observed" AS "~at", "~h"."~created_time" AS "~created",
  greatest("~h"."observed", "~h"."~created_time") AS "~from", row_number() OVER (PARTITION BY "~h"."airport", "~h"."^runway" ORDER BY "~h"."observed", "~h"."~order_time", "~h"."revision" IS NOT NULL, coalesce("~h"."revision", 0), "~h"."~sequence") AS "~rank"
  FROM "history_weather" "~h" WHERE "~h"."~sequence" <= 41 AND "~h"."airport" IS NOT NULL AND "~h"."^runway" IS NOT NULL AND 4 + strlen("~h"."airport") + 8 <= 1024)
QUALIFY "~event" IS NOT NULL OR "~known" IS NOT NULL
ORDER BY "airport", "^runway", "~rank"

-- compacted, event
SELECT a."~row", s."~sequence", (coalesce(s."~created" > a."~t", false)) AS "~suspect"
FROM "~asked" a ASOF LEFT JOIN (SELECT *, "~event" AS "~from" FROM "compacted" WHERE "~event" IS NOT NULL) s
ON a."airport" = s."airport" AND a."runway" = s."^runway" AND a."~t" >= s."~from"

-- compacted, known
SELECT a."~row", s."~sequence", (s."~sequence" IS NULL OR coalesce(s."~next" <= a."~t", false)) AS "~suspect"
FROM "~asked" a ASOF LEFT JOIN (SELECT *, "~known" AS "~from" FROM "compacted" WHERE "~known" IS NOT NULL) s
ON a."airport" = s."airport" AND a."runway" = s."^runway" AND a."~t" >= s."~from"

-- compacted, known, few
SELECT a."~row", arg_max(s."~sequence", s."~known") AS "~sequence"
FROM "~asked" a LEFT JOIN "compacted" s ON a."airport" = s."airport" AND a."runway" = s."^runway" AND s."~known" <= a."~t" GROUP BY a."~row"

-- frame rows whose keys have rows since
(SELECT a.* FROM "~asked" a SEMI JOIN (SELECT "airport", "^runway" FROM "history_weather" "~h" WHERE "~h"."~sequence" > 7 AND "~h"."~sequence" <= 41 AND "~h"."airport" IS NOT NULL AND "~h"."^runway" IS NOT NULL AND 4 + strlen("~h"."airport") + 8 <= 1024) h ON a."airport" = h."airport" AND a."runway" = h."^runway")

-- with the rows since
SELECT m."~row", CASE WHEN o."~sequence" IS NULL OR m."~at" > o."~at" THEN m."~sequence"
  WHEN m."~sequence" IS NULL OR o."~at" > m."~at" THEN o."~sequence" ELSE tied."~sequence" END AS "~sequence"
FROM "~ready" m LEFT JOIN "~tail" o USING ("~row") LEFT JOIN (SELECT m."~row", CASE WHEN ("~theirs"."observed", "~theirs"."~order_time", "~theirs"."revision" IS NOT NULL, coalesce("~theirs"."revision", 0), "~theirs"."~sequence") > ("~mine"."observed", "~mine"."~order_time", "~mine"."revision" IS NOT NULL, coalesce("~mine"."revision", 0), "~mine"."~sequence") THEN o."~sequence" ELSE m."~sequence" END AS "~sequence"
  FROM "~ready" m JOIN "~tail" o ON m."~row" = o."~row" AND m."~at" = o."~at"
  JOIN "history_weather" "~mine" ON "~mine"."~sequence" = m."~sequence"
  JOIN "history_weather" "~theirs" ON "~theirs"."~sequence" = o."~sequence") tied USING ("~row")

-- joined
SELECT f.*, "~h0"."observed" AS "~0.event", "~h0"."~created_assumed" AS "~0.assumed", CASE WHEN isnan("~h0"."temp") THEN CAST('-0.0' AS DOUBLE) ELSE "~h0"."temp" END AS "~0:temp", "~h0"."observed" AS "~0:observed", "~h1"."observed" AS "~1.event", "~h1"."~created_assumed" AS "~1.assumed", CASE WHEN isnan("~h1"."temp") THEN CAST('-0.0' AS DOUBLE) ELSE "~h1"."temp" END AS "~1:temp"
FROM "~frame" f
JOIN "~m0" "~m0" USING ("~row") LEFT JOIN "history_weather" "~h0" ON "~h0"."~sequence" = "~m0"."~sequence" AND "~h0"."closed" IS NOT TRUE
JOIN "~m1" "~m1" USING ("~row") LEFT JOIN "history_weather" "~h1" ON "~h1"."~sequence" = "~m1"."~sequence" AND "~h1"."closed" IS NOT TRUE
ORDER BY f."~row"

-- here__temp
coalesce(CASE WHEN "~0.event" IS NOT NULL AND (epoch_us("~t") - epoch_us("~0.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~0.event")) <= 604800000000 THEN "~0:temp" END, CAST('15' AS DOUBLE))

-- its status
CASE WHEN "~0.event" IS NULL OR (epoch_us("~t") - epoch_us("~0.event")) > 604800000000 THEN 'NOT_FOUND' WHEN (epoch_us("~t") - epoch_us("~0.event")) > 10800000000 THEN 'EXPIRED' WHEN (CASE WHEN "~0.event" IS NOT NULL AND (epoch_us("~t") - epoch_us("~0.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~0.event")) <= 604800000000 THEN "~0:temp" END) IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- here__hour (computed by the kernel)
"~0=1"

-- its status
CASE WHEN "~0.event" IS NULL OR (epoch_us("~t") - epoch_us("~0.event")) > 604800000000 THEN 'NOT_FOUND' WHEN (epoch_us("~t") - epoch_us("~0.event")) > 10800000000 THEN 'EXPIRED' WHEN ("~0=1") IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- here__event_time
CASE WHEN "~0.event" IS NOT NULL AND (epoch_us("~t") - epoch_us("~0.event")) <= 604800000000 THEN "~0.event" END

-- there__temp
coalesce(CASE WHEN "~1.event" IS NOT NULL AND (epoch_us("~t") - epoch_us("~1.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~1.event")) <= 604800000000 THEN "~1:temp" END, CAST('15' AS DOUBLE))

-- its status
CASE WHEN "~1.event" IS NULL OR (epoch_us("~t") - epoch_us("~1.event")) > 604800000000 THEN 'NOT_FOUND' WHEN (epoch_us("~t") - epoch_us("~1.event")) > 10800000000 THEN 'EXPIRED' WHEN (CASE WHEN "~1.event" IS NOT NULL AND (epoch_us("~t") - epoch_us("~1.event")) <= 10800000000 AND (epoch_us("~t") - epoch_us("~1.event")) <= 604800000000 THEN "~1:temp" END) IS NULL THEN 'NULL' ELSE 'PRESENT' END

-- there__event_time
CASE WHEN "~1.event" IS NOT NULL AND (epoch_us("~t") - epoch_us("~1.event")) <= 604800000000 THEN "~1.event" END
