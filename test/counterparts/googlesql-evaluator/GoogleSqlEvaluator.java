import com.google.gson.*;
import com.google.zetasql.*;
import com.google.zetasql.ZetaSQLOptions.LanguageFeature;
import com.google.zetasql.ZetaSQLOptions.ProductMode;
import com.google.zetasql.io.grpc.Status;
import com.google.zetasql.io.grpc.StatusRuntimeException;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.*;

/**
 * Runs queries in BigQuery's dialect on small in-memory tables with GoogleSQL's own reference implementation, the judge of
 * what a query means. One JSON object a line in, one out, in order, until the end of the input:
 *
 * <pre>
 *   {"id":1,"tables":{"t":{"columns":[["id","INT64"]],"rows":[["1"]]}},"sql":"SELECT id FROM t"}
 *   {"columns":[["id","INT64"]],"rows":[["1"]],"id":1}
 *   {"error":"division by zero: 1 / 0","code":"OUT_OF_RANGE","id":2}
 * </pre>
 *
 * Codes: INVALID_ARGUMENT the statement is wrong; OUT_OF_RANGE it failed while running; UNIMPLEMENTED the reference lacks
 * it; RESOURCE_EXHAUSTED too deep or too big; BAD_REQUEST the line is wrong. Values as in {@link ValueCoding}. Queries only:
 * no DML, DDL or functions. Lines in a row with the same tables share their catalogue.
 */
public final class GoogleSqlEvaluator {
  private final LanguageOptions language = languageOptions();
  private final Catalogs catalogs = new Catalogs(language);

  private GoogleSqlEvaluator() {}

  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    System.setOut(System.err); // nothing but answers on stdout
    java.util.logging.LogManager.getLogManager().reset(); // grpc warns of name resolvers that it does not need
    GoogleSqlEvaluator evaluator = new GoogleSqlEvaluator();
    Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      if (!line.isBlank()) {
        out.println(gson.toJson(evaluator.respond(line)));
        out.flush();
      }
    }
    System.exit(0); // the native library's threads do not end by themselves
  }

  private JsonObject respond(String line) {
    JsonElement id = null;
    JsonObject answer;
    try {
      JsonObject request = JsonParser.parseString(line).getAsJsonObject();
      id = request.get("id");
      answer = answer(request);
    } catch (Exception | StackOverflowError e) {
      answer = failure(e);
    }
    if (id != null) {
      answer.add("id", id);
    }
    return answer;
  }

  private JsonObject answer(JsonObject request) {
    AnalyzerOptions options = new AnalyzerOptions();
    options.setLanguageOptions(language);
    options.setDefaultTimezone("UTC");
    SimpleCatalog catalog = catalogs.of(request.getAsJsonObject("tables"));
    String sql = request.get("sql").getAsString();
    try (PreparedQuery query =
        PreparedQuery.builder().setSql(sql).setAnalyzerOptions(options).setCatalog(catalog).prepare()) {
      JsonArray columns = new JsonArray();
      for (SimpleColumn c : query.getColumns()) {
        JsonArray column = new JsonArray();
        column.add(c.getName());
        column.add(ValueCoding.nameOf(c.getType()));
        columns.add(column);
      }
      JsonArray rows = new JsonArray();
      for (List<Value> values : query.execute(Map.of()).getTableData()) {
        JsonArray row = new JsonArray();
        for (Value value : values) {
          row.add(ValueCoding.encode(value));
        }
        rows.add(row);
      }
      JsonObject out = new JsonObject();
      out.add("columns", columns);
      out.add("rows", rows);
      return out;
    }
  }

  private static LanguageOptions languageOptions() {
    LanguageOptions o = new LanguageOptions().enableMaximumLanguageFeatures();
    o.setSupportsAllStatementKinds();
    o.setProductMode(ProductMode.PRODUCT_EXTERNAL);
    o.enableReservableKeyword("QUALIFY");
    // BigQuery's TIMESTAMP has microseconds: with nanoseconds on, CAST keeps digits that BigQuery refuses.
    Set<LanguageFeature> features = new HashSet<>();
    for (LanguageFeature f : LanguageFeature.values()) {
      boolean finer = f == LanguageFeature.FEATURE_TIMESTAMP_NANOS || f == LanguageFeature.FEATURE_TIMESTAMP_PICOS;
      if (!finer && o.languageFeatureEnabled(f)) {
        features.add(f);
      }
    }
    o.setEnabledLanguageFeatures(features);
    return o;
  }

  private static JsonObject failure(Throwable e) {
    Throwable cause = e;
    while (cause != null && !(cause instanceof StatusRuntimeException)) {
      cause = cause.getCause();
    }
    JsonObject o = new JsonObject();
    if (cause == null) {
      o.addProperty("error", e.getMessage() == null ? e.getClass().getName() : e.getMessage());
      o.addProperty("code", isOfTheRequest(e) ? "BAD_REQUEST" : e instanceof SqlException ? "SQL" : "INTERNAL");
      return o;
    }
    Status status = ((StatusRuntimeException) cause).getStatus();
    o.addProperty("error", status.getDescription() == null ? status.toString() : status.getDescription());
    o.addProperty("code", status.getCode().name());
    return o;
  }

  private static boolean isOfTheRequest(Throwable e) {
    return e instanceof IllegalArgumentException
        || e instanceof IllegalStateException
        || e instanceof NullPointerException
        || e instanceof ClassCastException
        || e instanceof JsonParseException
        || e instanceof DateTimeException
        || e instanceof UnsupportedOperationException;
  }
}
