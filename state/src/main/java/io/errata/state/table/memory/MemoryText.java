package io.errata.state.table.memory;

import io.errata.api.Bytes;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Storage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The text that a memory table keeps for each value, and back. */
final class MemoryText {
  private MemoryText() {}

  static @Nullable String print(TableColumn column, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (column.storage() == Storage.FLOAT32) {
      return Float.toString(((Double) value).floatValue());
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    return value instanceof Bytes bytes ? bytes.toHex() : value.toString();
  }

  static @Nullable Object parse(TableColumn column, @Nullable String text) {
    if (text == null) {
      return null;
    }
    return switch (column.storage()) {
      case BOOLEAN -> Boolean.valueOf(text);
      case INT16, INT32 -> Integer.valueOf(text);
      case INT64 -> Long.valueOf(text);
      case DECIMAL -> new BigDecimal(text);
      case FLOAT32 -> (double) Float.parseFloat(text);
      case FLOAT64 -> Double.valueOf(text);
      case TEXT, PADDED_TEXT, OTHER -> text;
      case BYTES -> Bytes.ofHex(text);
      case DATE -> LocalDate.parse(text);
      case TIMESTAMP, LOCAL_TIMESTAMP -> Instant.parse(text);
      case UUID -> UUID.fromString(text);
    };
  }
}
