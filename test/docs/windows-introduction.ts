/** What the page on windows says before its tables. */
export const WINDOWS_INTRODUCTION = `# Windows

A feature set over a source is of newest rows or of **windows**: each of its features is one aggregate of the rows of a key whose event times lie
in a span that ends at T, the instant of the answer. A lookup, a retrieval under every knowledge rule and the replay of a served answer give
the same bits, because all of them merge states of one algebra, and what it keeps of rows depends on no order and no split of them (S20 to S22).
This page is made from the table of aggregates (\`src/compile/aggregate/table.ts\`); its examples are compiled and run by the tests.

\`\`\`yaml
kind: FeatureSet
name: departures_of
entity: airport
source: departures
features:
  - { name: delay,    aggregate: "AVG(dep_delay)", windows: ["1h", "1d", "7d"] }
  - { name: late,     aggregate: "COUNT(*)", window: "1h", filter: "dep_delay >= 15", default: 0 }
  - { name: last_day, aggregate: "AVG(dep_delay)", window: "1d", offset: "1d" }
  - { name: flights,  aggregate: "COUNT(*)", window: "lifetime" }
  - { name: carriers, aggregate: "COUNT(DISTINCT carrier)", window: "7d", max: 50 }
  - { name: of,       aggregate: "AVG(dep_delay)", window: "1d", by: "carrier", maxCategories: 40 }
  - { name: recent,   aggregate: "LAST_N(dep_delay, 3)", window: "1h", hop: "1us", max: 200 }
\`\`\`

| member | says |
|---|---|
| \`name\` | what the feature is called; with \`windows\` the beginning: \`delay_1h\`, \`delay_1d\`, \`delay_7d\` |
| \`aggregate\` | one call of the table below, over any [row expression](language.md) of the source's columns; \`COUNT(DISTINCT x)\`, \`STDDEV\` and \`VARIANCE\` are read as GoogleSQL means them |
| \`window\` | how far it reaches back, such as \`1h\`, or \`lifetime\` |
| \`windows\` | several in its place |
| \`hop\` | steps in which the tail moves; \`1us\` makes the window exact |
| \`offset\` | how long before T the window ends |
| \`direction\` | \`following\` makes it a label, which looks forward ([below](#labels)); default \`preceding\` |
| \`maturity\` | of a label how long after the end of its window its rows have all come |
| \`filter\` | a condition over the row: only rows where it is TRUE count |
| \`max\` | bound of what the aggregate keeps, where the table says so; of an exact window the newest rows that it sees |
| \`by\` | a row expression whose values are categories, each with an aggregate of its own: the features are \`of_keys\`, the categories, ascending, and \`of_values\`, theirs in the same order |
| \`maxCategories\` | of \`by\`: of more categories in the window both features are NULL; default 100 |
| \`default\` | replaces NULL; the status stays |

A set is of windows as a whole: what is of the newest row stands in a set of its own, and a feature service puts both side by side. Chained sets,
services and models read a windowed feature like any other.

## Span

\`\`\`text
             L = ⌊(T − W) / H⌋ · H                                    T
             │◄─────────────────────── W, at most H more ────────────►│
   ──────────┼───────────┼───────────┼───────────┼───────────┼────────┼───────► event time
     before  │  a tile   │           │           │           │ so far │  later
             └ not in it                                       in it ┘
\`\`\`

A window sees the rows with L < event time ≤ T. Its **head** is exact, whatever the instant; its **tail** moves in hops of H, so the window is W long
and up to H more. Between two hops lies a **tile**, open on its left, closed on its right: (kH, (k+1)H], counted from 1970. With an \`offset\` the
head stands still between hops too: event time ≤ ⌊(T − offset) / H⌋ · H, and the tail ⌈W / H⌉ hops behind it. \`lifetime\` has no tail.

| window | hop by default |
|---|---|
| shorter than 1 s | none: write one |
| up to 10 min | 1 s |
| up to 1 h | 1 min |
| up to 12 h | 5 min |
| up to 12 d | 1 h |
| longer, and \`lifetime\` with an offset | 1 d |

A day is 86,400 s always. A late row changes the tile that it belongs to while a window may still reach it; what is older goes to history alone (S23). Deletion rows
are skipped, and reset nothing (S13). \`GET /health\` counts under \`info.windows\`, since the service started, the rows that came behind a newer one of their key (\`lateRows\`) and those of them that a window
of their version had left behind already (\`missedRows\`), all together and for each version, \`<project>/<set>@<version> lateRows\`; a row counts in each version that has windows of it, and what is rebuilt or primed counts nothing.

**An exact window** (\`hop: "1us"\`) is (T − W, T] to the microsecond. It keeps rows, so it must say how many: of a span that has more than \`max\` that
pass the filter it sees the newest \`max\`, online and in retrievals alike. In it the \`max\` of an aggregate is out of the way. It has no offset, because no number
of newest rows holds what lies in the past.

**Nothing** (an unknown key, a NULL in it, or an empty span) gives the values in the last column below, never EXPIRED and NOT_FOUND only before the
version was activated: aggregates have no age. \`maxAge\` is therefore refused; a \`retention\` must be as long as the longest window, changes no value, and cannot stand
beside a lifetime (S15).

## Back in time

A retrieval computes windows of the rows that its rule knows, whatever came since: \`known\` and \`event\` by created and event time, \`served\` by the record of an answer, or by T alone
what was visible then. Its report counts each value for itself: in \`leakCount\` where \`known\` and \`event\` differ, in \`assumedCreatedTimes\` where a row in the window has one, in \`uncertain\`
where a row in the window became visible within the clock bound of T. In a record, \`<alias>__sequence\` is -1 where the version was active and knew no row, NULL where it was not
active. Values have no event time: \`<alias>__event_time\` is NULL. A span that reaches behind what \`historyRetention\` left is refused (HISTORY_EXPIRED). Generated frames take
\`rows\` and \`grid\`; \`changes\` are refused, because windows change with time alone.

## Labels

\`\`\`yaml
kind: FeatureSet
name: delayed
entity: airport
source: departures
features:
  - { name: next_day, aggregate: "COUNT(*)", filter: "dep_delay >= 15", window: "1d", direction: following, maturity: "2h" }
\`\`\`

A **label** is what a model predicts: its window looks forward, T < event time ≤ T + W, exact on both ends, the mirror of an exact window; it has no \`hop\`, no \`offset\` and no
\`lifetime\`, and its \`max\` is the aggregate's own. A set is of labels as a whole. A feature service may put one beside features, for training sets and the \`label.expression\` of a model.
No answer as of T can know a label, so it has no online state: a lookup of a service that has one is refused (INVALID_REQUEST), and so are a model's transform, a service's expression and a chained set that read one
(INVALID_DOCUMENT). A model over such a service predicts without them; its callers need not send keys that only labels have.

A label may know what T could not: rows count as the **snapshot** knows them, by created time up to its instant, under \`event\` all of them; under \`served\` as under \`known\`. The instant
of a snapshot is the latest arrival among its rows in the source, so it follows from the position alone: the same snapshot gives the same labels whenever it is asked (S19), and while nothing arrives, nothing is taken for complete.
A label is complete where T + W + \`maturity\` is not after that instant. \`maturity\`, by default the source's \`knownAfter\` or 0s, is how late rows may come. A label that is not complete is absent: NULL, whatever its \`default\`, with status NOT_FOUND,
never a part of a number; the report counts these under \`immature\`. Rows whose label is NULL are left out of training, and no fold is trained on a
label before it is complete. Load history whole before labels are made of it: rows of a load that is under way count as they arrive.

## Bounds

What online state may need of one key is bounded by the definition, and a definition that cannot be is refused with what to change: a window has at most 5,000
tiles (with its offset), an exact one 100,000 rows, \`by\` 1,000 categories, and a key in a set at most 64 MiB, if every tile were full; those of one lookup's
entities 512 MiB. STRING
and BYTES values longer than 1,024 bytes are skipped by aggregates that keep values. States are shared: features over the same argument, filter and categories keep one for SUM and AVG together,
for all four of VAR and STDDEV, and for every window of one hop.

## Scale

A FLOAT64 column may have a \`scale\`, \`{ name: fare, type: FLOAT64, scale: "0.01" }\` for cents. SUM, AVG, VAR and STDDEV of the column itself are then computed
over whole numbers of that unit: the sum of 0.1 and 0.2 is 0.3, and engines that have integers alone can do it too. A column keeps its scale: it would
change the values of versions that are registered.

## Aggregates

Rows count in the order of event time, created time, order column and sequence (S10). NULL arguments are skipped. Parameters in the call are
literals.`;
