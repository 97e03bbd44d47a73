package io.errata.jobs.graph;

import io.errata.api.RowSchema;
import io.errata.connectors.event.ValueCodec;
import io.errata.jobs.aggregate.IntegerFold;
import io.errata.state.table.TableColumn;
import java.util.List;

/**
 * Tells of most keys of packed events, without an object, that the live table stores them as they
 * are: whole numbers of 64 bits, and ASCII texts of any length. What can't be told so has to be
 * found out by {@link KeyRows}.
 */
final class PlainKeys {
  private final int[] fields;
  // Of each field: whether the column takes whole numbers; otherwise it takes texts.
  private final boolean[] numbers;
  private final boolean known;

  private PlainKeys(int[] fields, boolean[] numbers, boolean known) {
    this.fields = fields;
    this.numbers = numbers;
    this.known = known;
  }

  /**
   * @param payload the schema of the events' payload
   * @param columns the key columns, in the order of the fold's keys
   */
  static PlainKeys of(
      IntegerFold fold, RowSchema payload, List<TableColumn> columns, KeySelection selection) {
    int[] fields = fold.keys().stream().mapToInt(payload::ordinal).toArray();
    boolean[] numbers = new boolean[fields.length];
    boolean known = selection.isAll() && columns.size() == fields.length;
    for (int i = 0; known && i < fields.length; i++) {
      TableColumn column = columns.get(i);
      numbers[i] = column.storage() == TableColumn.Storage.INT64;
      known = numbers[i] || (column.storage() == TableColumn.Storage.TEXT && column.length() == 0);
    }
    return new PlainKeys(fields, numbers, known);
  }

  /**
   * Whether the key of an event is known to be stored as it is.
   *
   * @param places where each value of its payload begins
   */
  boolean areStorable(byte[] bytes, int[] places) {
    if (!known) {
      return false;
    }
    for (int i = 0; i < fields.length; i++) {
      int at = places[fields[i]];
      if (!(numbers[i] ? ValueCodec.isInteger(bytes, at) : ValueCodec.isPlainText(bytes, at))) {
        return false;
      }
    }
    return true;
  }
}
