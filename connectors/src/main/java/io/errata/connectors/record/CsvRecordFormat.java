package io.errata.connectors.record;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.format.CsvColumns;
import io.errata.connectors.format.CsvRows;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** One row of CSV, RFC 4180, UTF-8, without a header: the columns' names are given. */
public final class CsvRecordFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  private final ArrayList<String> columns;
  private final char delimiter;

  /**
   * A format.
   *
   * @param columns the names of all columns, in their order
   * @throws ErrataException INVALID_SPEC where one is named twice
   */
  public CsvRecordFormat(List<String> columns, char delimiter) {
    this.columns = new ArrayList<>(columns);
    this.delimiter = delimiter;
    if (columns.stream().distinct().count() < columns.size()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot read CSV: a column is named twice",
          "Give each column a name of its own.");
    }
  }

  @Override
  public SourceColumns columns(List<byte[]> sample) {
    return new CsvColumns(columns);
  }

  @Override
  public boolean isSampled() {
    return false;
  }

  @Override
  public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
    return new Decoder(columns, delimiter, paths);
  }

  private static final class Decoder implements RecordDecoder {
    private final int count;
    private final char delimiter;
    private final int[] fields;
    private final boolean[] wanted;
    private final @Nullable Object[] values;

    Decoder(List<String> columns, char delimiter, List<String> paths) {
      this.count = columns.size();
      this.delimiter = delimiter;
      this.fields = paths.stream().mapToInt(columns::indexOf).toArray();
      this.values = new @Nullable Object[fields.length];
      this.wanted = new boolean[count];
      for (int field : fields) {
        if (field >= 0) {
          wanted[field] = true;
        }
      }
    }

    @Override
    public @Nullable String decode(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
        throws IOException {
      Arrays.fill(values, null);
      try (CsvRows rows = CsvRows.of(data, offset, length, delimiter)) {
        rows.want(wanted);
        if (!rows.next()) {
          return "it holds no row";
        }
        if (rows.count() != count) {
          return "it has " + rows.count() + " fields (" + count + " columns are named)";
        }
        for (int i = 0; i < fields.length; i++) {
          values[i] = fields[i] < 0 ? null : rows.value(fields[i]);
        }
        return rows.next() ? "it holds more than one row" : null;
      } catch (ContentException e) {
        return e.getMessage();
      }
    }

    @Override
    public @Nullable Object[] values() {
      return values;
    }
  }
}
