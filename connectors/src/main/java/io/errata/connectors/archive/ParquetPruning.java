package io.errata.connectors.archive;

import io.errata.connectors.Window;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Comparison;
import io.errata.connectors.read.Conversion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** What a window needs of a row group, by the statistics that the writer left in the footer. */
final class ParquetPruning {
  private final Window window;
  private final EventSchema schema;
  private final ColumnPath time;
  private final PrimitiveType timeType;
  private final ParquetLeaf timeLeaf;
  private final List<ComparedColumn> compared = new ArrayList<>();

  ParquetPruning(ParquetSchema file, ReadRequest request) {
    schema = request.schema();
    window = request.window();
    ColumnDescriptor column = file.descriptor(schema.time());
    time = ColumnPath.get(column.getPath());
    timeType = column.getPrimitiveType();
    timeLeaf = ParquetLeaf.of(timeType);
    for (Comparison comparison :
        request
            .condition()
            .map(condition -> condition.conjuncts(schema.payloadSchema()))
            .orElse(List.of())) {
      ColumnDescriptor field = file.descriptor(comparison.path());
      ComparedColumn.of(comparison, schema.payloadSchema().column(comparison.path()).type(), field)
          .ifPresent(compared::add);
    }
  }

  /** What has to be read of a row group. */
  enum Need {
    /** None of its rows is of the window. */
    NOTHING,
    /** For none of its rows the condition is true; those of the window still have to be counted. */
    TIME,
    ALL
  }

  Need need(BlockMetaData group) {
    @Nullable Statistics<?> statistics = statistics(group, time);
    // Nobody may drop an event of unknown time, so nothing is left out where one may be.
    if (statistics == null
        || !statistics.isNumNullsSet()
        || statistics.getNumNulls() > 0
        || !isInteger()) {
      return Need.ALL;
    }
    if (!mayHold(statistics)) {
      return Need.NOTHING;
    }
    for (ComparedColumn column : compared) {
      @Nullable Statistics<?> values = statistics(group, column.path());
      if (values != null && column.isNeverTrue(values, group.getRowCount())) {
        return Need.TIME;
      }
    }
    return Need.ALL;
  }

  private static @Nullable Statistics<?> statistics(BlockMetaData group, ColumnPath path) {
    for (ColumnChunkMetaData chunk : group.getColumns()) {
      if (chunk.getPath().equals(path)) {
        return chunk.getStatistics();
      }
    }
    return null;
  }

  private boolean mayHold(Statistics<?> statistics) {
    if (!statistics.hasNonNullValue()) {
      return true;
    }
    @Nullable Object min = timeOf(statistics.genericGetMin());
    @Nullable Object max = timeOf(statistics.genericGetMax());
    if (!(min instanceof Instant first) || !(max instanceof Instant last) || last.isBefore(first)) {
      return true;
    }
    return first.isBefore(window.to()) && !last.isBefore(window.from());
  }

  /**
   * The order of integers is the order of the times that they stand for, and each of them stands
   * for one.
   */
  private boolean isInteger() {
    PrimitiveTypeName physical = timeType.getPrimitiveTypeName();
    return physical == PrimitiveTypeName.INT64 || physical == PrimitiveTypeName.INT32;
  }

  private @Nullable Object timeOf(Object bound) {
    @Nullable Object value = null;
    if (timeLeaf.ofLong != null) {
      value = timeLeaf.ofLong.apply((Long) bound);
    } else if (timeLeaf.ofInt != null) {
      value = timeLeaf.ofInt.apply((Integer) bound);
    }
    return Conversion.time(value, schema.timeUnit());
  }
}
