package io.errata.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The same recompute in SQL, by DuckDB, from the same files: what Errata has to come to. */
final class Oracle {
  private final OracleCase subject;
  private final DuckDb duck;

  Oracle(OracleCase subject, DuckDb duck, Path folder) {
    this.subject = subject;
    this.duck = duck;
    recompute(folder);
  }

  private void recompute(Path folder) {
    duck.execute(
        "CREATE TABLE events AS SELECT * FROM " + EventFiles.duckSource(folder, subject.format));
    String from = "timestamptz '" + subject.from + "'";
    String to = "timestamptz '" + subject.to + "'";
    String bucket = subject.bucket;
    // By the buckets' names and not by their borders: some days begin at one o'clock.
    String window =
        bucket == null
            ? "ts >= " + from + " AND ts < " + to
            : bucket.formatted("ts")
                + " BETWEEN "
                + bucket.formatted(from)
                + " AND "
                + bucket.formatted(to + " - INTERVAL 1 MICROSECOND");
    String types =
        subject.types.isEmpty()
            ? "true"
            : "type IN ("
                + subject.types.stream()
                    .map(t -> "'" + t.replace("'", "''") + "'")
                    .collect(Collectors.joining(", "))
                + ")";
    duck.execute(
        "CREATE TABLE wanted AS SELECT * FROM events WHERE ("
            + window
            + ") AND ("
            + types
            + ") AND ("
            + (subject.where == null ? "true" : subject.where)
            + ")");
    duck.execute(
        "CREATE TABLE conflicts AS SELECT event_id FROM wanted GROUP BY event_id HAVING count(DISTINCT {"
            + subject.content().stream().map(f -> f + ": " + f).collect(Collectors.joining(", "))
            + "}) > 1");
    String keyed =
        subject.keys.stream()
            .map(k -> k.duck() + " AS " + Database.quoted("key " + k.name()))
            .collect(Collectors.joining(", "));
    duck.execute(
        "CREATE TABLE used AS SELECT *, "
            + keyed
            + " FROM wanted WHERE event_id NOT IN (FROM conflicts)"
            + " QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY seq NULLS FIRST) = 1");
    duck.execute(
        "CREATE TABLE wide AS SELECT "
            + keys(k -> Database.quoted("key " + k.name()) + " AS " + Database.quoted(k.name()))
            + subject.columns.stream()
                .filter(c -> !c.isTemplate())
                .map(c -> ", " + c.wide() + " AS " + Database.quoted(c.name()))
                .collect(Collectors.joining())
            + " FROM used GROUP BY ALL");
    String fit =
        subject.columns.stream()
            .filter(c -> !c.isTemplate())
            .map(
                c ->
                    ", TRY_CAST("
                        + Database.quoted(c.name())
                        + " AS "
                        + c.type().duck()
                        + ") AS "
                        + Database.quoted(c.name()))
            .collect(Collectors.joining());
    duck.execute(
        "CREATE TABLE fitted AS SELECT "
            + keys(k -> Database.quoted(k.name()))
            + fit
            + " FROM wide");
    String templates =
        subject.columns.stream()
            .filter(OracleColumn::isTemplate)
            .map(c -> ", " + c.wide() + " AS " + Database.quoted(c.name()))
            .collect(Collectors.joining());
    duck.execute("CREATE TABLE truth_all AS SELECT *" + templates + " FROM fitted");
    String overflows =
        subject.columns.stream()
            .filter(c -> !c.isTemplate())
            .map(
                c ->
                    "(w."
                        + Database.quoted(c.name())
                        + " IS NOT NULL AND f."
                        + Database.quoted(c.name())
                        + " IS NULL)")
            .collect(Collectors.joining(" OR ", "(false OR ", ")"));
    duck.execute(
        "CREATE TABLE quarantined AS SELECT DISTINCT "
            + subject.keys.stream()
                .map(k -> k.duck() + " AS " + Database.quoted(k.name()))
                .collect(Collectors.joining(", "))
            + " FROM wanted WHERE event_id IN (FROM conflicts) UNION SELECT "
            + keys(k -> "w." + Database.quoted(k.name()))
            + " FROM wide w JOIN fitted f ON "
            + same("w", "f")
            + " WHERE "
            + overflows);
    duck.execute(
        "CREATE TABLE truth AS FROM truth_all t WHERE NOT EXISTS (FROM quarantined q WHERE "
            + same("t", "q")
            + ")");
  }

  private String keys(Function<OracleCase.Key, String> each) {
    return subject.keys.stream().map(each).collect(Collectors.joining(", "));
  }

  private String same(String left, String right) {
    return subject.keys.stream()
        .map(
            k ->
                left
                    + "."
                    + Database.quoted(k.name())
                    + " = "
                    + right
                    + "."
                    + Database.quoted(k.name()))
        .collect(Collectors.joining(" AND "));
  }

  /** The rows as they should be; those in quarantine among them, whose values don't count. */
  List<List<@Nullable String>> truth() {
    return duck.query(
        "SELECT "
            + keys(k -> Database.quoted(k.name()))
            + subject.columns.stream()
                .map(c -> ", " + Database.quoted(c.name()))
                .collect(Collectors.joining())
            + " FROM truth_all ORDER BY ALL");
  }

  /** How many events of the window a worker is given, each id once. */
  long used() {
    return Long.parseLong(String.valueOf(duck.query("SELECT count(*) FROM used").get(0).get(0)));
  }

  /** How many copies are dropped. */
  long duplicates() {
    return Long.parseLong(
        String.valueOf(
            duck.query(
                    "SELECT count(*) - count(DISTINCT event_id) FROM wanted WHERE event_id NOT IN (FROM conflicts)")
                .get(0)
                .get(0)));
  }

  /** The keys that must not be corrected. */
  TreeSet<String> quarantined() {
    TreeSet<String> keys = new TreeSet<>();
    duck.query("SELECT " + keys(k -> Database.quoted(k.name())) + " FROM quarantined")
        .forEach(row -> keys.add(row.toString()));
    return keys;
  }

  /** Takes the live table as it is now: a CSV file with all its columns. */
  void read(Path live) {
    List<String> columns = new ArrayList<>();
    subject.keys.forEach(k -> columns.add(Database.quoted(k.name()) + " " + k.type().duck()));
    subject.columns.forEach(c -> columns.add(Database.quoted(c.name()) + " " + c.type().duck()));
    duck.execute("CREATE OR REPLACE TABLE live (" + String.join(", ", columns) + ")");
    duck.execute(
        "INSERT INTO live FROM read_csv('"
            + live
            + "', header=true, quote='\"', escape='\"', delim=',', auto_detect=false, allow_quoted_nulls=false,"
            + " strict_mode=true, parallel=false, columns={"
            + java.util.stream.Stream.concat(
                    subject.keys.stream().map(OracleCase.Key::name),
                    subject.columns.stream().map(OracleColumn::name))
                .map(name -> "'" + name + "': 'VARCHAR'")
                .collect(Collectors.joining(", "))
            + "})");
  }

  /** The corrections of the live table, as {@link Runs#corrections} tells them. */
  TreeMap<String, String> corrections() {
    String bucket = subject.bucket;
    String scope;
    if (subject.owns == null) {
      scope = "EXISTS (FROM truth t WHERE " + same("t", "l") + ")";
    } else if (bucket == null) {
      scope = "(" + subject.owns + ")";
    } else {
      String name =
          subject.keys.stream()
              .filter(k -> k.duck().equals(bucket.formatted("ts")))
              .map(k -> Database.quoted(k.name()))
              .findFirst()
              .orElseThrow();
      scope =
          "("
              + subject.owns
              + ") AND "
              + name
              + " BETWEEN "
              + bucket.formatted("timestamptz '" + subject.from + "'")
              + " AND "
              + bucket.formatted("timestamptz '" + subject.to + "' - INTERVAL 1 MICROSECOND");
    }
    List<OracleColumn> compared = subject.compared();
    String differs =
        compared.stream()
            .map(
                c ->
                    "t."
                        + Database.quoted(c.name())
                        + " IS DISTINCT FROM l."
                        + Database.quoted(c.name()))
            .collect(Collectors.joining(" OR ", "(", ")"));
    String sql =
        "WITH l AS (SELECT *, 1 AS there FROM live l WHERE "
            + scope
            + " AND NOT EXISTS (FROM quarantined q WHERE "
            + same("q", "l")
            + ")), t AS (SELECT *, 1 AS there FROM truth)"
            + " SELECT CASE WHEN l.there IS NULL THEN 'insert' WHEN t.there IS NULL THEN 'delete' ELSE 'update' END, "
            + keys(
                k ->
                    "coalesce(t."
                        + Database.quoted(k.name())
                        + ", l."
                        + Database.quoted(k.name())
                        + ")")
            // In the order of the spec, as the plan has them.
            + subject.compare.stream()
                .map(c -> ", t." + Database.quoted(c))
                .collect(Collectors.joining())
            + " FROM t FULL JOIN l ON "
            + same("t", "l")
            + " WHERE t.there IS NULL OR l.there IS NULL OR "
            + differs;
    TreeMap<String, String> corrections = new TreeMap<>();
    for (List<@Nullable String> row : duck.query(sql)) {
      List<@Nullable String> after = row.subList(1, row.size());
      String what = String.valueOf(row.get(0));
      corrections.put(
          after.subList(0, subject.keys.size()).toString(),
          what.equals("delete") ? what : what + " " + after);
    }
    return corrections;
  }
}
