package io.errata.jobs.demo;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** The live table as the service with the bug has left it. */
final class DemoTable {
  /** Users whose row the service has lost, and users that never were. */
  record Filled(int rows, int wrong, int missing, int extra) {}

  /** What a table is called, and in which schema, where that is one of the demo's own. */
  enum Place {
    PUBLIC("public"),
    /**
     * In somebody's database nothing of theirs is in the way, and everything goes with the schema.
     */
    OWN_SCHEMA("errata_demo");

    private final String schema;

    Place(String schema) {
      this.schema = schema;
    }

    String table() {
      return schema + ".daily_totals";
    }
  }

  private static final String MARK = "made by errata demo";
  private static final int OTHER_DAY_ROWS = 1_000;

  private DemoTable() {}

  /**
   * Makes and fills it.
   *
   * @throws ErrataException UNAVAILABLE where the database refuses, INVALID_TABLE where a schema of
   *     that name isn't the demo's
   */
  static Filled make(Connection connection, Place place, DemoTotals totals) {
    try {
      connection.setAutoCommit(false);
      if (place == Place.OWN_SCHEMA) {
        renewSchema(connection, place);
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "create table "
                + place.table()
                + """
                 (
                  user_id text not null,
                  day date not null,
                  total numeric(14,2) not null,
                  events bigint not null,
                  updated_at timestamptz not null default now(),
                  primary key (user_id, day))
                """);
      }
      Filled filled = fill(connection, place, totals);
      connection.commit();
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("analyze " + place.table());
      }
      return filled;
    } catch (SQLException | IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot make the table " + place.table() + ": " + e.getMessage(),
          "Try again; the database must allow to create schemas and tables.",
          e);
    }
  }

  private static void renewSchema(Connection connection, Place place) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet found =
          statement.executeQuery(
              "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = '"
                  + place.schema
                  + "'")) {
        if (found.next() && !MARK.equals(found.getString(1))) {
          throw new ErrataException(
              ErrorCode.INVALID_TABLE,
              "Cannot use the schema " + place.schema + ": it is there and was not made by a demo",
              "Give another database in ERRATA_DEMO_JDBC, or rename the schema.");
        }
      }
      statement.execute("drop schema if exists " + place.schema + " cascade");
      statement.execute("create schema " + place.schema);
      statement.execute("comment on schema " + place.schema + " is '" + MARK + "'");
    }
  }

  private static Filled fill(Connection connection, Place place, DemoTotals totals)
      throws SQLException, IOException {
    // A few only, and the same share of few users as of many.
    int missing = Math.min(12, Math.max(1, totals.users() / 4000));
    int extra = Math.min(7, Math.max(1, totals.users() / 7000));
    StringBuilder lines = new StringBuilder();
    int rows = 0;
    int wrong = 0;
    int lost = 0;
    for (int user = 0; user < totals.users(); user++) {
      if (!totals.hasRow(user)) {
        continue;
      }
      // Spread over the users, and where the bug has done nothing, so that the two can be told
      // apart.
      if (lost < missing
          && user >= (long) lost * totals.users() / missing
          && !totals.isWrong(user)) {
        lost++;
        continue;
      }
      line(lines, DemoEvent.user(user), 0, totals.storedCents(user), totals.events(user));
      rows++;
      wrong += totals.isWrong(user) ? 1 : 0;
    }
    for (int user = 0; user < extra; user++) {
      line(lines, "test-" + user, 0, 100_00, 1);
      rows++;
    }
    for (int user = 0; user < Math.min(OTHER_DAY_ROWS, totals.users()); user++) {
      line(lines, DemoEvent.user(user), 1, user, 1);
    }
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn(
            "copy " + place.table() + " (user_id, day, total, events) from stdin",
            new StringReader(lines.toString()));
    return new Filled(rows, wrong, lost, extra);
  }

  private static void line(
      StringBuilder lines, String user, int daysBefore, long cents, long events) {
    lines
        .append(user)
        .append('\t')
        .append(DemoEvents.DAY.minusDays(daysBefore))
        .append('\t')
        .append(BigDecimal.valueOf(cents, 2))
        .append('\t')
        .append(events)
        .append('\n');
  }
}
