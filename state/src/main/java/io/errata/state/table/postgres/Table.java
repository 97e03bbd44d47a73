package io.errata.state.table.postgres;

import io.errata.state.digest.Digest;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A table of the catalog, and the SQL that names its parts. As {@code t} and {@code s} the table
 * and the staging table are named in joins, unless the user's SQL is in the statement: then the
 * table has its own name.
 *
 * @param description what Errata knows of it
 * @param oid the catalog's number for it
 * @param schema unquoted
 * @param relation unquoted
 * @param partitioned whether its rows lie in partitions
 * @param set checked expressions in parentheses, by column
 */
record Table(
    TableDescription description,
    long oid,
    String schema,
    String relation,
    boolean partitioned,
    Map<String, String> set) {

  /** Qualified and quoted. */
  String name() {
    return description.name();
  }

  /** The table's own name, as an alias that the user's expressions may use. */
  String alias() {
    return SqlText.identifier(relation);
  }

  /** Qualifies and quotes the name of something that lies beside the table. */
  String beside(String name) {
    return SqlText.identifier(schema) + "." + SqlText.identifier(name);
  }

  List<TableColumn> columns() {
    return description.columns();
  }

  TableColumn column(String name) {
    return description.column(name);
  }

  int ordinal(String column) {
    for (int i = 0; i < columns().size(); i++) {
      if (columns().get(i).name().equals(column)) {
        return i;
      }
    }
    throw new IllegalArgumentException("Cannot find column " + column);
  }

  /** The texts of all columns, separated by commas. */
  String texts(String alias) {
    return columns().stream()
        .map(c -> alias + "." + SqlText.identifier(c.name()) + "::text")
        .collect(Collectors.joining(", "));
  }

  /** The digest of the whole row: {@link io.errata.state.table.Image#digest()}. */
  String image(String alias) {
    return CanonicalSql.digest(
        columns().stream()
            .map(c -> CanonicalSql.text(alias + "." + SqlText.identifier(c.name()) + "::text"))
            .collect(Collectors.joining(" || ")));
  }

  /** The digest of the canonical form of key and compared columns. */
  String values(String alias) {
    return CanonicalSql.digest(
        description.values().names().stream()
            .map(c -> CanonicalSql.of(column(c), alias + "." + SqlText.identifier(c)))
            .collect(Collectors.joining(" || ")));
  }

  /**
   * Joins the table with the staging table by key. The operator is qualified: the statement may run
   * with the role's search path, in which somebody may have put another one.
   */
  String match(String alias, String stage) {
    StringBuilder match = new StringBuilder();
    for (int i = 0; i < description.key().size(); i++) {
      match
          .append(i == 0 ? "" : " AND ")
          .append(alias + "." + SqlText.identifier(description.key().get(i)))
          .append(" OPERATOR(pg_catalog.=) ")
          .append(stage + "." + Stage.key(i));
    }
    return match.toString();
  }

  /** What two applies to this table lock, so that they come one after the other. */
  long lock() {
    return ByteBuffer.wrap(Digest.ofText("errata\n" + name()).toArray()).getLong();
  }
}
