package io.errata.it;

import io.errata.testkit.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Three days of events in folders, a table of totals by user and day in which they are wrong, and a
 * spec whose password is a reference: what an orchestrator corrects day by day.
 */
final class DailyTotals implements AutoCloseable {
  static final String PASSWORD = "bachstelze4w8k";
  private static final int EVENTS = 300;
  private static final int USERS = 50;

  private final Database database;
  private final Path spec;

  private DailyTotals(Database database, Path spec) {
    this.database = database;
    this.spec = spec;
  }

  static DailyTotals create(Path folder) throws IOException {
    for (int day = 10; day <= 12; day++) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < EVENTS; i++) {
        lines.add(
            "{\"id\":\"e%d-%d\",\"ts\":\"2024-06-%dT%02d:00:00Z\",\"user\":\"u%d\",\"amount\":%d}"
                .formatted(day, i, day, i % 24, i * 7 % USERS, i % 13));
      }
      Files.write(
          Files.createDirectories(folder.resolve("archive/date=2024-06-" + day))
              .resolve("part-0.jsonl"),
          lines);
    }
    Database database = Database.create();
    String role = PostgresServer.PASSWORD_USER;
    database.execute("ALTER ROLE " + role + " PASSWORD '" + PASSWORD + "'");
    database.execute("GRANT ALL ON SCHEMA public TO " + role);
    database.execute(
        "CREATE TABLE daily_totals (name text, day date, total bigint, PRIMARY KEY (name, day))");
    database.execute("GRANT ALL ON daily_totals TO " + role);
    database.execute(
        "INSERT INTO daily_totals SELECT 'u' || i, date '2024-06-10' + d, 7"
            + " FROM generate_series(0, 40) i, generate_series(0, 2) d");
    SpecDraft draft =
        SpecDraft.of(database, folder.resolve("unused"))
            .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
            .archive(folder.resolve("archive"), "date=%Y-%m-%d", "jsonl")
            .set("events.fields.id", "id")
            .set("events.fields.time", "ts")
            .set("events.fields.types", Map.of("amount", "long"))
            .aggregate(
                Map.of("name", "user", "day", "day(ts, UTC)"), Map.of("total", "sum(amount)"))
            .table("daily_totals", List.of("name", "day"), List.of("total"))
            .set("table.jdbc.user", role)
            .set("table.jdbc.password", "${env:PGPASSWORD}")
            .set("limits.corrections", 60);
    return new DailyTotals(database, Files.writeString(folder.resolve("spec.yaml"), draft.text()));
  }

  Path spec() {
    return spec;
  }

  /** Where the password is, as Airflow writes a connection. */
  String connection() {
    return "postgresql://" + PostgresServer.PASSWORD_USER + ":" + PASSWORD + "@localhost/unused";
  }

  /** The rows of a day. */
  List<List<String>> rows(int day) {
    List<List<String>> rows = new ArrayList<>();
    database
        .query(
            "SELECT name, total FROM daily_totals WHERE day = '2024-06-%d' ORDER BY name"
                .formatted(day))
        .forEach(row -> rows.add(List.copyOf(row)));
    return rows;
  }

  /** What they have to be, worked out here and not by Errata. */
  static List<List<String>> right() {
    long[] totals = new long[USERS];
    for (int i = 0; i < EVENTS; i++) {
      totals[i * 7 % USERS] += i % 13;
    }
    List<List<String>> rows = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      rows.add(List.of("u" + user, Long.toString(totals[user])));
    }
    rows.sort((a, b) -> a.get(0).compareTo(b.get(0)));
    return rows;
  }

  /** How often something was written, by the ledger. */
  int applied() {
    // The first apply makes the ledger.
    boolean there =
        database.query("SELECT 1 FROM pg_class WHERE relname = 'errata_ledger'").size() == 1;
    return there ? database.query("SELECT 1 FROM errata_ledger").size() : 0;
  }

  /** The files below a folder in which the password is. */
  static List<Path> leaks(Path folder) {
    try (var files = Files.walk(folder)) {
      List<Path> found = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(PASSWORD)) {
          found.add(file);
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
