package io.errata.connectors.archive;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.expression.Comparison;
import io.errata.connectors.expression.Comparison.Operator;
import io.errata.connectors.read.Conversion;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A column that a condition compares with a value. Floating point is left out: a writer's
 * statistics say nothing of NaN.
 *
 * @param type what the column is converted to before it is compared
 * @param literal a text as its bytes in UTF-8, whose unsigned order is that of code points and of
 *     Parquet's statistics
 */
record ComparedColumn(
    ColumnPath path, ParquetLeaf leaf, ColumnType type, Operator operator, Object literal) {

  /** Empty where statistics can't tell. */
  static Optional<ComparedColumn> of(
      Comparison comparison, ColumnType type, ColumnDescriptor column) {
    ParquetLeaf leaf = ParquetLeaf.of(column.getPrimitiveType());
    ColumnPath path = ColumnPath.get(column.getPath());
    return switch (type) {
      case INT, LONG, DECIMAL ->
          // Decimals kept in bytes have been written with statistics in the wrong order.
          leaf.ofInt != null || leaf.ofLong != null
              ? Optional.of(
                  new ComparedColumn(
                      path, leaf, ColumnType.DECIMAL, comparison.operator(), comparison.literal()))
              : Optional.empty();
      case DATE, TIMESTAMP ->
          leaf.ofInt != null || leaf.ofLong != null
              ? Optional.of(
                  new ComparedColumn(path, leaf, type, comparison.operator(), comparison.literal()))
              : Optional.empty();
      case TEXT ->
          // Bounds of text may be cut off: they still hold all texts, but equal bounds aren't one
          // text.
          leaf.column.type() == ColumnType.TEXT && comparison.operator() != Operator.NOT_EQUAL
              ? Optional.of(
                  new ComparedColumn(
                      path,
                      leaf,
                      type,
                      comparison.operator(),
                      Bytes.of(((String) comparison.literal()).getBytes(StandardCharsets.UTF_8))))
              : Optional.empty();
      case BOOLEAN, DOUBLE, BYTES, UUID -> Optional.empty();
    };
  }

  /** Whether the comparison is true for none of the values; it is not for null. */
  boolean isNeverTrue(Statistics<?> statistics, long rows) {
    if (!statistics.hasNonNullValue()) {
      return statistics.isNumNullsSet() && statistics.getNumNulls() == rows;
    }
    @Nullable Integer min = compared(statistics.genericGetMin());
    @Nullable Integer max = compared(statistics.genericGetMax());
    if (min == null || max == null) {
      return false;
    }
    return switch (operator) {
      case EQUAL -> min > 0 || max < 0;
      case NOT_EQUAL -> min == 0 && max == 0;
      case LESS, LESS_OR_EQUAL -> !operator.accepts(min);
      case GREATER, GREATER_OR_EQUAL -> !operator.accepts(max);
    };
  }

  /** How a bound compares with the literal, or null. */
  @SuppressWarnings("unchecked")
  private @Nullable Integer compared(Object bound) {
    @Nullable Object value;
    if (leaf.ofInt != null) {
      value = leaf.ofInt.apply((Integer) bound);
    } else if (leaf.ofLong != null) {
      value = leaf.ofLong.apply((Long) bound);
    } else {
      value = Bytes.of(((Binary) bound).getBytes());
    }
    @Nullable Object converted = type == ColumnType.TEXT ? value : Conversion.convert(value, type);
    return converted != null && converted.getClass() == literal.getClass()
        ? ((Comparable<Object>) converted).compareTo(literal)
        : null;
  }
}
