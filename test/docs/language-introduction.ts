/** What stands before the generated part of the language's reference. */
export const LANGUAGE_INTRODUCTION = `# The language

A feature is a GoogleSQL scalar expression: the text that a data scientist writes in BigQuery. It is parsed and typed once, when it
is registered, and then means the same in every engine: the kernel's value is the value, an engine carries an operation out only where
it gives the same bits, and the kernel does the work for it where it would not. This page is made from the operation table
(\`src/compile/operation\`); its examples are run by the tests. \`npm run parity\` compares the engines.

**Types**: \`BOOL INT64 FLOAT64 STRING BYTES TIMESTAMP DATE\` and \`ARRAY<…>\` of them. FLOAT64 is always finite, a TIMESTAMP has microseconds
and is UTC, strings count in code points.

**Total**: an expression gives a value of its type or NULL; it never fails on data. What GoogleSQL raises (division by zero, overflow, a
bad cast) and what would be NaN or infinite is NULL, so a function and its \`SAFE_\` form are one. An array that would hold a NULL is NULL
as a whole.

**NULL** is SQL's three-valued logic: NULL in, NULL out, but for the functions made for NULL.

**Coercion** happens only as in GoogleSQL: INT64 where FLOAT64 is wanted, a string literal where a DATE or TIMESTAMP is, NULL
anywhere. Everything else wants a CAST.

**A row expression** sees the columns of its row. **A read expression** sees the features of one answer, request values and \`AS_OF()\`,
the time of the answer. \`CURRENT_TIMESTAMP\` and random numbers are refused: a feature must mean the same whenever it is computed.

**Literals**: \`12\`, \`0xff\`, \`1.5e3\`, \`'text'\`, \`"text"\`, \`'''…'''\`, \`r'raw'\`, \`b'bytes'\`, \`TRUE\`, \`NULL\`, \`DATE '2024-01-31'\`,
\`TIMESTAMP '2024-01-31 12:00:00+00'\`, \`[1, 2]\`. A name that is no plain word, or is reserved, stands in backquotes.

**Limits**: 64 KB of text, 200 levels of nesting, strings of 1 MiB where a function makes them.`;
