package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.KeyRange;
import io.errata.state.table.LoadLimits;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableColumn;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A transaction that is held open so that others can import its snapshot (PostgreSQL manual,
 * section 9.28.5). Splits are ranges of blocks: since PostgreSQL 14 a range of {@code ctid} is read
 * without reading the rest.
 */
final class TableSnapshot implements Snapshot {
  private static final long BLOCKS_PER_SPLIT = 16;

  /**
   * 64 MiB, about a second's reading, where it is looked before each split whether the database has
   * too much to do. More splits cost more connections.
   */
  private static final long MOST_BLOCKS_PER_WATCHED_SPLIT = 8192;

  private static final Pattern PLAN_ROWS = Pattern.compile("\"Plan Rows\": (\\d+)");

  private final Session session;
  private final String id;
  private final List<SnapshotSplit> splits;
  private final long estimatedRows;

  private TableSnapshot(
      Session session, String id, List<SnapshotSplit> splits, long estimatedRows) {
    this.session = session;
    this.id = id;
    this.splits = List.copyOf(splits);
    this.estimatedRows = estimatedRows;
  }

  /** A table or partition with its size. */
  private record Piece(String name, long blocks, boolean divisible) {}

  /**
   * @param owns a checked predicate in parentheses, or the empty text for all rows
   * @param load where it has limits, no split is long to read
   */
  static TableSnapshot open(
      Session session,
      TableCatalog catalog,
      String owns,
      Optional<KeyRange> range,
      int parts,
      LoadLimits load)
      throws SQLException {
    String name = catalog.find(session).name();
    session.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // Nobody may alter the table between here and the last reader. Locked before anything is read:
    // a table that is rewritten after the snapshot is taken looks empty to it.
    session.execute("LOCK TABLE " + name + " IN ACCESS SHARE MODE");
    Table table = catalog.find(session);
    String scope = scope(table, owns, range);
    long estimatedRows = estimate(session, table, scope);
    String id = session.read("SELECT pg_export_snapshot()", r -> r.getString(1)).get(0);
    List<SnapshotSplit> splits = new ArrayList<>();
    List<Piece> pieces = pieces(session, table);
    long blocks = pieces.stream().mapToLong(Piece::blocks).sum();
    long wanted = Math.max(1, Math.min(parts, blocks / BLOCKS_PER_SPLIT));
    long equal = Math.max(1, (blocks + wanted - 1) / wanted);
    long perSplit = load.isNone() ? equal : Math.min(equal, MOST_BLOCKS_PER_WATCHED_SPLIT);
    for (Piece piece : pieces) {
      long count = piece.divisible() ? Math.max(1, (piece.blocks() + perSplit - 1) / perSplit) : 1;
      for (long i = 0; i < count; i++) {
        List<String> conditions = new ArrayList<>();
        if (i > 0) {
          conditions.add("ctid >= '(" + i * perSplit + ",0)'::tid");
        }
        // The last one is open, so that no row can lie behind it.
        if (i < count - 1) {
          conditions.add("ctid < '(" + (i + 1) * perSplit + ",0)'::tid");
        }
        if (!scope.isEmpty()) {
          conditions.add(scope);
        }
        String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
        String part = piece.name() + " AS " + table.alias() + where;
        splits.add(
            new SnapshotSplit(
                String.format(java.util.Locale.ROOT, "%05d", splits.size()), id, part));
      }
    }
    return new TableSnapshot(session, id, splits, estimatedRows);
  }

  private static String scope(Table table, String owns, Optional<KeyRange> range) {
    List<String> conditions = new ArrayList<>();
    if (range.isPresent()) {
      TableColumn column = table.column(range.get().column());
      String name = SqlText.identifier(column.name());
      conditions.add(name + " >= " + bound(column, range.get().from()));
      conditions.add(name + " < " + bound(column, range.get().to()));
    }
    if (!owns.isEmpty()) {
      conditions.add(owns);
    }
    return String.join(" AND ", conditions);
  }

  private static String bound(TableColumn column, Object value) {
    String type =
        switch (column.storage()) {
          case INT16, INT32, INT64 -> "bigint";
          case DATE -> "date";
          case TIMESTAMP -> "timestamptz";
          case LOCAL_TIMESTAMP -> "timestamp";
          default ->
              throw new ErrataException(
                  ErrorCode.INVALID_TABLE,
                  "Cannot take a range of column "
                      + column.name()
                      + ": its type is "
                      + column.sqlType(),
                  "Use a bucket column of type date, timestamp or integer.");
        };
    return SqlText.literal(ValueText.print(value)) + "::" + type;
  }

  private static long estimate(Session session, Table table, String scope) throws SQLException {
    String sql =
        "SELECT 1 FROM "
            + table.name()
            + " AS "
            + table.alias()
            + (scope.isEmpty() ? "" : " WHERE " + scope);
    try {
      session.parse(sql);
      String plan =
          String.join("\n", session.read("EXPLAIN (FORMAT JSON) " + sql, r -> r.getString(1)));
      Matcher rows = PLAN_ROWS.matcher(plan);
      return rows.find() ? Long.parseLong(rows.group(1)) : 0;
    } catch (SQLException e) {
      if (SqlErrors.state(e).startsWith("42")
          && !SqlErrors.is(e, SqlErrors.INSUFFICIENT_PRIVILEGE)) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot use table.owns: " + SqlErrors.said(e),
            "Correct the predicate; qualify functions that are not PostgreSQL's own with their schema.",
            e);
      }
      throw e;
    }
  }

  private static List<Piece> pieces(Session session, Table table) throws SQLException {
    if (!table.partitioned()) {
      return session.query(
          "SELECT pg_relation_size(?::oid) / current_setting('block_size')::bigint",
          r -> new Piece(table.name(), r.getLong(1), true),
          table.oid());
    }
    record Leaf(Piece piece, boolean readable) {}
    List<Leaf> leaves =
        session.query(
            """
            SELECT format('%I.%I', n.nspname, c.relname), c.relkind = 'r', has_table_privilege(c.oid, 'SELECT'),
              CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint ELSE 0 END
            FROM pg_partition_tree(?::oid::regclass) p
            JOIN pg_class c ON c.oid = p.relid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE p.isleaf AND c.relkind <> 'p'
            ORDER BY 1
            """,
            r ->
                new Leaf(new Piece(r.getString(1), r.getLong(4), r.getBoolean(2)), r.getBoolean(3)),
            table.oid());
    // Rights are checked on what a query names: those on the table don't reach to its partitions.
    return !leaves.isEmpty() && leaves.stream().allMatch(Leaf::readable)
        ? leaves.stream().map(Leaf::piece).toList()
        : List.of(new Piece(table.name(), 0, false));
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<SnapshotSplit> splits() {
    return splits;
  }

  @Override
  public long estimatedRows() {
    return estimatedRows;
  }

  @Override
  public void close() {
    session.close();
  }
}
