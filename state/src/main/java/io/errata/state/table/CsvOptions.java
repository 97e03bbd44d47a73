package io.errata.state.table;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a spec says of a live table in a CSV file, which can't say it of itself.
 *
 * @param delimiter what separates the fields: an ASCII character other than a quote or a line end
 * @param columns the columns whose types are known; all others are text
 * @param corrections the file that the corrections of a plan are listed in for people and scripts,
 *     or null for none
 */
public record CsvOptions(char delimiter, List<TableColumn> columns, @Nullable String corrections)
    implements Serializable {
  public CsvOptions {
    if (delimiter == '"' || delimiter == '\n' || delimiter == '\r' || delimiter > 127) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot separate fields by the character with code " + (int) delimiter,
          "Give an ASCII character other than a quote and a line end.");
    }
    columns = List.copyOf(columns);
  }
}
