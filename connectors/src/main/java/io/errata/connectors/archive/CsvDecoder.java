package io.errata.connectors.archive;

import io.errata.connectors.event.RawEvent;
import io.errata.connectors.format.CsvRows;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks over the rows of a CSV file behind its header; a row's offset is its number, from 0. */
final class CsvDecoder implements RowDecoder {
  private final CsvRows rows;
  private final int[] fields;
  private final int fieldCount;
  private final int time;
  private long row = -1;

  CsvDecoder(CsvRows rows, List<String> header, FieldPlan plan) {
    this.rows = rows;
    fieldCount = header.size();
    fields = plan.paths().stream().mapToInt(header::indexOf).toArray();
    time = fields[plan.time()];
    boolean[] wanted = new boolean[fieldCount];
    for (int field : fields) {
      wanted[field] = true;
    }
    rows.want(wanted);
  }

  @Override
  public boolean next() throws IOException {
    row++;
    return rows.next();
  }

  @Override
  public long offset() {
    return row;
  }

  /** With another number of fields nobody knows which one is missing. */
  @Override
  public @Nullable String rejection() {
    return rows.count() == fieldCount
        ? null
        : "Cannot decode row "
            + row
            + ": it has "
            + rows.count()
            + " fields (the header has "
            + fieldCount
            + ")";
  }

  @Override
  public @Nullable Object time() {
    return rows.value(time);
  }

  @Override
  public void values(@Nullable Object[] target) {
    for (int i = 0; i < fields.length; i++) {
      target[i] = rows.value(fields[i]);
    }
  }

  /** The fields as they stand there, without the end of the line. */
  @Override
  public RawEvent raw() {
    return rejection() == null ? rows.head() : rows.whole();
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
