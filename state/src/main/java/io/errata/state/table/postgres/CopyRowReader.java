package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.RowReader;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableColumn;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;

/**
 * Streams the rows of a split as a COPY in text format, in a transaction that sees the exported
 * snapshot.
 */
final class CopyRowReader implements RowReader {
  private static final String INVALID_PARAMETER = "22023";
  private static final String UNDEFINED_OBJECT = "42704";

  private final Connections connections;
  private final Session session;
  private final Table table;
  private final int[] valueOrdinals;
  private final CopyOut copy;
  private byte[] rest = new byte[0];
  private boolean ended;

  private CopyRowReader(Connections connections, Session session, Table table, CopyOut copy) {
    this.connections = connections;
    this.session = session;
    this.table = table;
    this.copy = copy;
    this.valueOrdinals =
        table.description().values().names().stream().mapToInt(table::ordinal).toArray();
  }

  static CopyRowReader open(Connections connections, TableCatalog catalog, SnapshotSplit split) {
    Session session = connections.openReading();
    try {
      session.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY");
      session.execute("SET TRANSACTION SNAPSHOT " + SqlText.literal(split.snapshot()));
      Table table = catalog.find(session);
      String sql =
          "COPY (SELECT " + table.texts(table.alias()) + " FROM " + split.part() + ") TO STDOUT";
      return new CopyRowReader(connections, session, table, session.copy().copyOut(sql));
    } catch (SQLException e) {
      session.close();
      if (SqlErrors.is(e, INVALID_PARAMETER) || SqlErrors.is(e, UNDEFINED_OBJECT)) {
        throw new ErrataException(
            ErrorCode.UNAVAILABLE,
            "Cannot read snapshot " + split.snapshot() + ": it is gone (its connection was lost)",
            "Give the command again.",
            e);
      }
      throw failed(connections, e);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public Optional<LiveRow> next() {
    byte[] line = line();
    if (line == null) {
      return Optional.empty();
    }
    Image image = new Image(CopyText.decode(line, 0, line.length - 1));
    return Optional.of(new LiveRow(values(image), image));
  }

  private byte @Nullable [] line() {
    if (ended) {
      return null;
    }
    try {
      byte[] data = copy.readFromCopy();
      // A server sends one row in a message, but doesn't promise it.
      while (data != null && data.length > 0 && data[data.length - 1] != '\n') {
        rest = concat(rest, data);
        data = copy.readFromCopy();
      }
      if (data == null) {
        ended = true;
        return null;
      }
      byte[] line = rest.length == 0 ? data : concat(rest, data);
      rest = new byte[0];
      return line;
    } catch (SQLException e) {
      throw failed(connections, e);
    }
  }

  private static byte[] concat(byte[] left, byte[] right) {
    byte[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  private Row values(Image image) {
    @Nullable Object[] values = new Object[valueOrdinals.length];
    for (int i = 0; i < values.length; i++) {
      TableColumn column = table.columns().get(valueOrdinals[i]);
      String text = image.texts().get(valueOrdinals[i]);
      if (text == null) {
        if (i < table.description().key().size()) {
          throw unusable(
              image,
              "key column " + column.name() + " is null in",
              "Fill the column and make it NOT NULL.");
        }
        continue;
      }
      try {
        values[i] = ValueText.parse(column, text);
      } catch (UnsupportedOperationException e) {
        throw unusable(
            image,
            "column " + column.name() + " " + e.getMessage() + " in",
            "Correct that row, or leave the column out of the spec.");
      }
    }
    return Row.of(table.description().values(), values);
  }

  private ErrataException unusable(Image image, String problem, String next) {
    StringBuilder key = new StringBuilder();
    for (String name : table.description().key()) {
      key.append(key.isEmpty() ? "" : ", ")
          .append(name)
          .append('=')
          .append(image.texts().get(table.ordinal(name)));
    }
    return new ErrataException(
        ErrorCode.INVALID_TABLE,
        "Cannot read table " + table.name() + ": " + problem + " the row with " + key,
        next);
  }

  private static ErrataException failed(Connections connections, SQLException failure) {
    return connections.closed()
        ? Connections.cancelled()
        : SqlErrors.of(failure, "Cannot read the live table");
  }

  @Override
  public void close() {
    if (!ended) {
      // Cheaper than reading the rest, which a COPY that is closed in order would do.
      session.abort();
    }
    session.close();
  }
}
