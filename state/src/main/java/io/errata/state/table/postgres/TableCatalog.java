package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.NearestName;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Reads a table from the catalog (PostgreSQL manual, chapter 53) and checks that Errata can correct
 * it.
 */
final class TableCatalog {
  private static final int VARHDRSZ = 4;
  private static final int MICROS = 6;

  private final LiveTableOptions options;

  TableCatalog(LiveTableOptions options) {
    this.options = options;
  }

  private record Relation(
      long oid, String schema, String name, String kind, boolean children, String quoted) {}

  /** Reads the table; in the transaction of the session, or each query in its own. */
  Table find(Session session) throws SQLException {
    String encoding =
        session.read("SELECT current_setting('server_encoding')", r -> r.getString(1)).get(0);
    if (!encoding.equals("UTF8")) {
      throw invalid(
          "Cannot use the live table's database: its encoding is " + encoding + " (UTF8)",
          "Move the table to a database in UTF8.");
    }
    Relation relation = relation(session);
    List<TableColumn> columns = columns(session, relation.oid());
    for (String key : options.key()) {
      comparable(relation, columns, key);
    }
    for (String compared : options.compare()) {
      comparable(relation, columns, compared);
    }
    checkKey(session, relation);
    Map<String, String> set = set(relation, columns);
    TableDescription description =
        new TableDescription(relation.quoted(), columns, options.key(), options.compare());
    return new Table(
        description,
        relation.oid(),
        relation.schema(),
        relation.name(),
        relation.kind().equals("p"),
        set);
  }

  private Relation relation(Session session) throws SQLException {
    TableName name = TableName.parse(options.name());
    List<String> schemas = name.schema().map(List::of).orElse(session.schemas());
    for (String schema : schemas) {
      Optional<Relation> found =
          session.first(
              "SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relhassubclass, format('%I.%I', n.nspname, c.relname)"
                  + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                  + " WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
              r ->
                  new Relation(
                      r.getLong(1),
                      r.getString(2),
                      r.getString(3),
                      r.getString(4),
                      r.getBoolean(5),
                      r.getString(6)),
              schema,
              name.table());
      if (found.isPresent()) {
        return checkKind(found.get());
      }
    }
    List<String> others =
        session.query(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
                + " ORDER BY 1 LIMIT 10000",
            r -> r.getString(1));
    String wanted = name.schema().orElse("public") + "." + name.table();
    throw invalid(
        "Cannot find table " + options.name(),
        NearestName.of(wanted, others)
            .map(nearest -> "Did you mean " + nearest + "? Correct table.name.")
            .orElse("Correct table.name, or create the table."));
  }

  private static Relation checkKind(Relation relation) {
    String kind =
        switch (relation.kind()) {
          case "v" -> "a view";
          case "m" -> "a materialized view";
          case "f" -> "a foreign table";
          default ->
              relation.kind().equals("r") && relation.children()
                  ? "a table that others inherit from"
                  : "";
        };
    if (!kind.isEmpty()) {
      throw invalid(
          "Cannot use "
              + relation.quoted()
              + ": it is "
              + kind
              + " (a table or a partitioned table)",
          "Name the table itself in table.name: its rows' keys have to be unique.");
    }
    return relation;
  }

  private static List<TableColumn> columns(Session session, long oid) throws SQLException {
    return session.query(
        """
        WITH RECURSIVE base (attnum, typid, typmod, filled) AS (
          SELECT a.attnum, a.atttypid, a.atttypmod, a.attnotnull
          FROM pg_attribute a WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
          UNION ALL
          SELECT b.attnum, d.typbasetype, CASE WHEN d.typtypmod >= 0 THEN d.typtypmod ELSE b.typmod END,
            b.filled OR d.typnotnull
          FROM base b JOIN pg_type d ON d.oid = b.typid WHERE d.typtype = 'd')
        SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS sql_type, b.filled, a.attidentity::text AS identity,
          a.attgenerated::text AS generated, b.typmod, y.typtype::text AS kind,
          CASE WHEN y.typnamespace = 'pg_catalog'::regnamespace THEN y.typname ELSE '' END AS base_type
        FROM base b
        JOIN pg_type y ON y.oid = b.typid AND y.typtype <> 'd'
        JOIN pg_attribute a ON a.attrelid = ? AND a.attnum = b.attnum
        ORDER BY a.attnum
        """,
        TableCatalog::column,
        oid,
        oid);
  }

  private static TableColumn column(ResultSet row) throws SQLException {
    Storage storage = storage(row.getString("base_type"), row.getString("kind"));
    int typmod = row.getInt("typmod");
    int precision = 0;
    int scale = 0;
    int length = 0;
    switch (storage) {
      case DECIMAL -> {
        if (typmod >= VARHDRSZ) {
          precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;
          // Eleven bits, signed since PostgreSQL 15.
          scale = (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
        }
      }
      case TEXT, PADDED_TEXT -> length = typmod >= VARHDRSZ ? typmod - VARHDRSZ : 0;
      case TIMESTAMP, LOCAL_TIMESTAMP -> {
        if (typmod >= 0 && typmod < MICROS) {
          precision = MICROS;
          scale = typmod;
        }
      }
      default -> {}
    }
    Origin origin =
        !row.getString("generated").isEmpty()
            ? Origin.GENERATED
            : !row.getString("identity").isEmpty() ? Origin.IDENTITY : Origin.WRITTEN;
    return new TableColumn(
        row.getString("attname"),
        storage,
        row.getString("sql_type"),
        precision,
        scale,
        length,
        !row.getBoolean("filled"),
        origin);
  }

  private static Storage storage(String baseType, String kind) {
    if (kind.equals("e")) {
      return Storage.TEXT;
    }
    return switch (baseType) {
      case "bool" -> Storage.BOOLEAN;
      case "int2" -> Storage.INT16;
      case "int4" -> Storage.INT32;
      case "int8" -> Storage.INT64;
      case "numeric" -> Storage.DECIMAL;
      case "float4" -> Storage.FLOAT32;
      case "float8" -> Storage.FLOAT64;
      case "text", "varchar" -> Storage.TEXT;
      case "bpchar" -> Storage.PADDED_TEXT;
      case "bytea" -> Storage.BYTES;
      case "date" -> Storage.DATE;
      case "timestamptz" -> Storage.TIMESTAMP;
      case "timestamp" -> Storage.LOCAL_TIMESTAMP;
      case "uuid" -> Storage.UUID;
      default -> Storage.OTHER;
    };
  }

  private static void comparable(Relation relation, List<TableColumn> columns, String name) {
    TableColumn column = named(relation, columns, name);
    if (!column.comparable()) {
      throw invalid(
          "Cannot compare column "
              + name
              + " of "
              + relation.quoted()
              + ": its type is "
              + column.sqlType(),
          "Use it neither in table.key nor in table.compare.");
    }
  }

  private static TableColumn named(Relation relation, List<TableColumn> columns, String name) {
    return columns.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                invalid(
                    "Cannot find column " + name + " in " + relation.quoted(),
                    NearestName.of(name, columns.stream().map(TableColumn::name).toList())
                        .map(nearest -> "Did you mean " + nearest + "? Correct the spec.")
                        .orElse("Correct the spec, or add the column.")));
  }

  private void checkKey(Session session, Relation relation) throws SQLException {
    List<TreeSet<String>> unique =
        session.query(
            """
            SELECT array_agg(a.attname::text) FROM pg_index i
            CROSS JOIN LATERAL unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) AS k (attnum)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE i.indrelid = ? AND i.indisunique AND i.indisvalid AND i.indimmediate
              AND i.indpred IS NULL AND i.indexprs IS NULL
            GROUP BY i.indexrelid
            """,
            r -> new TreeSet<>(List.of((String[]) r.getArray(1).getArray())),
            relation.oid());
    if (!unique.contains(new TreeSet<>(options.key()))) {
      throw invalid(
          "Cannot use key "
              + String.join(", ", options.key())
              + " of "
              + relation.quoted()
              + ": no primary key or unique index is on exactly these columns, so duplicate keys could not be told apart",
          "Name the columns of a primary key in table.key, or create a unique index on them (valid, for all rows, not"
              + " deferrable).");
    }
    List<String> loose =
        session.query(
            "SELECT a.attname FROM pg_attribute a JOIN pg_collation l ON l.oid = a.attcollation"
                + " WHERE a.attrelid = ? AND NOT l.collisdeterministic ORDER BY a.attnum",
            r -> r.getString(1),
            relation.oid());
    for (String key : options.key()) {
      if (loose.contains(key)) {
        throw invalid(
            "Cannot use key column "
                + key
                + " of "
                + relation.quoted()
                + ": its collation takes different texts as equal",
            "Use a key with a deterministic collation.");
      }
    }
  }

  private Map<String, String> set(Relation relation, List<TableColumn> columns) {
    Map<String, String> set = new LinkedHashMap<>();
    List<String> written = new ArrayList<>(options.key());
    written.addAll(options.compare());
    for (Map.Entry<String, String> entry : options.set().entrySet()) {
      TableColumn column = named(relation, columns, entry.getKey());
      if (written.contains(column.name())) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot set column " + column.name() + ": it is a key or compared column",
            "Name it in one place of the spec only.");
      }
      if (column.origin() == Origin.GENERATED) {
        throw invalid(
            "Cannot set column "
                + column.name()
                + " of "
                + relation.quoted()
                + ": the database generates it",
            "Remove it from table.set.");
      }
      set.put(column.name(), Expression.of("table.set." + column.name(), entry.getValue()));
    }
    return set;
  }

  private static ErrataException invalid(String message, String next) {
    return new ErrataException(ErrorCode.INVALID_TABLE, message, next);
  }
}
