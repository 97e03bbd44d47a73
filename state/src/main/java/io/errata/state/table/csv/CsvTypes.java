package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.NearestName;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The types that a column of a CSV table can have, by the names that a spec gives them. */
public final class CsvTypes {
  /** What a column is whose type nobody says: exactly what stands there. */
  public static final String TEXT = "text";

  private static final int MAX_PRECISION = 1000;
  private static final Pattern DECIMAL =
      Pattern.compile("decimal\\(\\s*([0-9]{1,4})\\s*,\\s*([0-9]{1,4})\\s*\\)");
  private static final Map<String, Storage> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("boolean", Storage.BOOLEAN);
    NAMES.put("int", Storage.INT32);
    NAMES.put("long", Storage.INT64);
    NAMES.put("decimal", Storage.DECIMAL);
    NAMES.put("double", Storage.FLOAT64);
    NAMES.put(TEXT, Storage.TEXT);
    NAMES.put("bytes", Storage.BYTES);
    NAMES.put("date", Storage.DATE);
    NAMES.put("timestamp", Storage.TIMESTAMP);
    NAMES.put("uuid", Storage.UUID);
  }

  private CsvTypes() {}

  /**
   * A column of a type.
   *
   * @param type one of {@code boolean}, {@code int}, {@code long}, {@code decimal}, {@code
   *     decimal(12,2)}, {@code double}, {@code text}, {@code bytes}, {@code date}, {@code
   *     timestamp}, {@code uuid}
   * @throws ErrataException INVALID_SPEC where there is no such type
   */
  public static TableColumn column(String name, String type) {
    Matcher decimal = DECIMAL.matcher(type);
    if (decimal.matches()) {
      int precision = Integer.parseInt(decimal.group(1));
      int scale = Integer.parseInt(decimal.group(2));
      if (precision < 1 || precision > MAX_PRECISION || scale > precision) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot use the type "
                + type
                + " (1 to 1000 digits, of them none to all behind the point)",
            "Write it as decimal(12,2), or as decimal where any number of digits is right.");
      }
      return new TableColumn(
          name,
          Storage.DECIMAL,
          "decimal(" + precision + "," + scale + ")",
          precision,
          scale,
          0,
          true,
          Origin.WRITTEN);
    }
    Storage storage = NAMES.get(type);
    if (storage == null) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot use the type "
              + type
              + " (there are "
              + String.join(", ", NAMES.keySet())
              + ", and decimal with its digits, such as decimal(12,2))",
          NearestName.of(type, NAMES.keySet())
              .map(near -> "Did you mean " + near + "?")
              .orElse("Use one of them."));
    }
    return new TableColumn(name, storage, type, 0, 0, 0, true, Origin.WRITTEN);
  }
}
