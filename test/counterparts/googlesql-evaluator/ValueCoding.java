import com.google.gson.*;
import com.google.protobuf.ByteString;
import com.google.zetasql.*;
import com.google.zetasql.ZetaSQLOptions.ProductMode;
import com.google.zetasql.ZetaSQLType.TypeKind;
import java.time.LocalDate;
import java.util.*;

/**
 * Values as JSON, both ways; NULL is null. INT64 and TIMESTAMP (microseconds since 1970, UTC): decimal string. FLOAT64:
 * number, or "NaN", "Infinity", "-Infinity", "-0". BYTES: base64. DATE: "2026-01-31". ARRAY, STRUCT: array.
 */
final class ValueCoding {
  private ValueCoding() {}

  static Type typeOf(String name) {
    if (name.startsWith("ARRAY<") && name.endsWith(">")) {
      return TypeFactory.createArrayType(typeOf(name.substring(6, name.length() - 1)));
    }
    switch (name) {
      case "FLOAT64": return TypeFactory.createSimpleType(TypeKind.TYPE_DOUBLE);
      case "BOOL": case "INT64": case "STRING": case "BYTES": case "TIMESTAMP": case "DATE":
        return TypeFactory.createSimpleType(TypeKind.valueOf("TYPE_" + name));
      default: throw new IllegalArgumentException("type " + name);
    }
  }

  /** Type.typeName does not know how to quote the fields of a STRUCT. */
  static String nameOf(Type type) {
    if (type.isArray()) {
      return "ARRAY<" + nameOf(type.asArray().getElementType()) + ">";
    }
    if (!type.isStruct()) {
      return type.typeName(ProductMode.PRODUCT_EXTERNAL);
    }
    StringJoiner fields = new StringJoiner(", ", "STRUCT<", ">");
    for (StructType.StructField field : type.asStruct().getFieldList()) {
      fields.add((field.getName() + " " + nameOf(field.getType())).trim());
    }
    return fields.toString();
  }

  static JsonElement encode(Value v) {
    if (v.isNull()) {
      return JsonNull.INSTANCE;
    }
    switch (v.getType().getKind()) {
      case TYPE_BOOL: return new JsonPrimitive(v.getBoolValue());
      case TYPE_INT64: return new JsonPrimitive(Long.toString(v.getInt64Value()));
      case TYPE_DOUBLE: return encodeDouble(v.getDoubleValue());
      case TYPE_STRING: return new JsonPrimitive(v.getStringValue());
      case TYPE_BYTES: return new JsonPrimitive(Base64.getEncoder().encodeToString(v.getBytesValue().toByteArray()));
      case TYPE_TIMESTAMP: return new JsonPrimitive(Long.toString(v.getTimestampUnixMicros()));
      case TYPE_DATE: return new JsonPrimitive(LocalDate.ofEpochDay(v.getDateValue()).toString());
      case TYPE_ARRAY: return encodeAll(v.getElementList());
      case TYPE_STRUCT: return encodeAll(v.getFieldList());
      default: throw new IllegalArgumentException("no output coding for type " + v.getType());
    }
  }

  static Value decode(Type type, JsonElement e) {
    if (e.isJsonNull()) {
      return Value.createNullValue(type);
    }
    switch (type.getKind()) {
      case TYPE_BOOL: return Value.createBoolValue(e.getAsBoolean());
      case TYPE_INT64: return Value.createInt64Value(Long.parseLong(e.getAsString()));
      case TYPE_DOUBLE: return Value.createDoubleValue(Double.parseDouble(e.getAsString()));
      case TYPE_STRING: return Value.createStringValue(e.getAsString());
      case TYPE_BYTES: return Value.createBytesValue(ByteString.copyFrom(Base64.getDecoder().decode(e.getAsString())));
      case TYPE_TIMESTAMP: return Value.createTimestampValueFromUnixMicros(Long.parseLong(e.getAsString()));
      case TYPE_DATE: return Value.createDateValue(LocalDate.parse(e.getAsString()));
      case TYPE_ARRAY: return decodeArray(type.asArray(), e.getAsJsonArray());
      default: throw new IllegalArgumentException("no input coding for type " + type);
    }
  }

  private static JsonElement encodeDouble(double d) {
    if (Double.isNaN(d) || Double.isInfinite(d)) {
      return new JsonPrimitive(Double.toString(d));
    }
    return d == 0 && 1 / d < 0 ? new JsonPrimitive("-0") : new JsonPrimitive(d);
  }

  private static JsonArray encodeAll(List<Value> values) {
    JsonArray a = new JsonArray();
    for (Value value : values) {
      a.add(encode(value));
    }
    return a;
  }

  private static Value decodeArray(ArrayType type, JsonArray elements) {
    List<Value> values = new ArrayList<>();
    for (JsonElement e : elements) {
      values.add(decode(type.getElementType(), e));
    }
    return Value.createArrayValue(type, values);
  }
}
