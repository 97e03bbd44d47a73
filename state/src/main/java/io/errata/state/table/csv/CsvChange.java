package io.errata.state.table.csv;

import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.Image;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done to one row of the file.
 *
 * @param key of the row
 * @param guard the digest of the row that has to be there; null where there must be none, or where
 *     {@code values} says how it has to be
 * @param values what the row that has to be there has in key and compared columns, and nothing in
 *     the others; null where there must be none, or where {@code guard} says how it has to be
 * @param after what key and compared columns are going to be; null where the row goes or {@code
 *     image} says what it is going to be
 * @param image what the whole row is going to be; null where the row goes or {@code after} says
 *     what it is going to be
 */
record CsvChange(
    Row key,
    @Nullable Digest guard,
    @Nullable Row values,
    @Nullable Row after,
    @Nullable Image image) {

  /** Whether a row has to be there. */
  boolean needsRow() {
    return guard != null || values != null;
  }

  /** Whether the row goes. */
  boolean isDelete() {
    return after == null && image == null;
  }

  /** Whether a row is the one that has to be there. */
  boolean guards(CsvLayout layout, List<@Nullable String> texts, long line) {
    return guard != null
        ? new Image(texts).digest().equals(guard)
        : values != null && layout.holdsOnly(values, texts, line);
  }
}
