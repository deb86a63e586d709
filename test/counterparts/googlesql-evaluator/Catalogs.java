import com.google.gson.*;
import com.google.zetasql.*;
import java.util.*;

/** Catalogues, registered in the native library so that a query on known tables costs little. */
final class Catalogs {
  private final ZetaSQLBuiltinFunctionOptions functions;
  private final SimpleCatalog builtins;
  /** The tables of the last line, with their rows. */
  private SimpleCatalog last;

  private JsonObject lastTables;

  Catalogs(LanguageOptions language) {
    functions = new ZetaSQLBuiltinFunctionOptions(language);
    builtins = create();
    builtins.register();
  }

  SimpleCatalog of(JsonObject tables) {
    if (tables == null || tables.size() == 0) {
      return builtins;
    }
    if (tables.equals(lastTables)) {
      return last;
    }
    if (last != null) {
      lastTables = null;
      last.unregister();
    }
    last = create();
    Map<String, TableContent> contents = new HashMap<>();
    for (Map.Entry<String, JsonElement> e : tables.entrySet()) {
      contents.put(e.getKey(), addTable(e.getKey(), e.getValue().getAsJsonObject()));
    }
    last.register(contents);
    lastTables = tables;
    return last;
  }

  private SimpleCatalog create() {
    SimpleCatalog catalog = new SimpleCatalog("bigquery");
    catalog.addZetaSQLFunctionsAndTypes(functions);
    return catalog;
  }

  /** A name such as p.d.t is one identifier: the query back-quotes it as a whole. */
  private TableContent addTable(String name, JsonObject source) {
    SimpleTable table = new SimpleTable(name);
    List<Type> types = new ArrayList<>();
    for (JsonElement c : source.getAsJsonArray("columns")) {
      Type type = ValueCoding.typeOf(c.getAsJsonArray().get(1).getAsString());
      types.add(type);
      table.addSimpleColumn(c.getAsJsonArray().get(0).getAsString(), type);
    }
    List<List<Value>> rows = new ArrayList<>();
    for (JsonElement r : source.getAsJsonArray("rows")) {
      JsonArray cells = r.getAsJsonArray();
      if (cells.size() != types.size()) {
        throw new IllegalArgumentException("table " + name + ": a row of " + cells.size() + " values for " + types.size() + " columns");
      }
      List<Value> row = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        row.add(ValueCoding.decode(types.get(i), cells.get(i)));
      }
      rows.add(row);
    }
    last.addSimpleTable(table);
    return TableContent.create(rows);
  }
}
