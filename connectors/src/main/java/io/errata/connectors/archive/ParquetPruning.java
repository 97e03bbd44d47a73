package io.errata.connectors.archive;

import io.errata.connectors.Window;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.read.Conversion;
import java.time.Instant;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Which row groups can have a row of the window, by the statistics that the writer left in the
 * footer.
 */
final class ParquetPruning {
  private final Window window;
  private final TimeUnit unit;
  private final ColumnPath time;
  private final PrimitiveType timeType;
  private final ParquetLeaf leaf;

  ParquetPruning(ParquetSchema schema, ReadRequest request) {
    ColumnDescriptor column = schema.descriptor(request.schema().time());
    this.window = request.window();
    this.unit = request.schema().timeUnit();
    this.time = ColumnPath.get(column.getPath());
    this.timeType = column.getPrimitiveType();
    this.leaf = ParquetLeaf.of(timeType);
  }

  /** Also true where a row has no time: nobody may drop an event of unknown time. */
  boolean mayHold(BlockMetaData group) {
    for (ColumnChunkMetaData chunk : group.getColumns()) {
      if (chunk.getPath().equals(time)) {
        return mayHold(chunk.getStatistics());
      }
    }
    return true;
  }

  private boolean mayHold(@Nullable Statistics<?> statistics) {
    if (statistics == null
        || statistics.isEmpty()
        || !statistics.hasNonNullValue()
        || !statistics.isNumNullsSet()
        || statistics.getNumNulls() > 0) {
      return true;
    }
    @Nullable Object min = timeOf(statistics.genericGetMin());
    @Nullable Object max = timeOf(statistics.genericGetMax());
    if (!(min instanceof Instant first) || !(max instanceof Instant last) || last.isBefore(first)) {
      return true;
    }
    return first.isBefore(window.to()) && !last.isBefore(window.from());
  }

  /** Only of integers: their order is the order of the times that they stand for. */
  private @Nullable Object timeOf(Object bound) {
    PrimitiveTypeName physical = timeType.getPrimitiveTypeName();
    @Nullable Object value = null;
    if (physical == PrimitiveTypeName.INT64 && leaf.ofLong != null) {
      value = leaf.ofLong.apply((Long) bound);
    } else if (physical == PrimitiveTypeName.INT32 && leaf.ofInt != null) {
      value = leaf.ofInt.apply((Integer) bound);
    }
    return Conversion.time(value, unit);
  }
}
