package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.RowCounts;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random cases against DuckDB. More of them with {@code -Derrata.oracle.cases=N}, other ones with
 * {@code -Derrata.oracle.seed=S}, which is the seed of the first; a case's own seed stands in its
 * name.
 */
class OracleIT {
  @TempDir private Path folder;

  static LongStream seeds() {
    long first = Long.getLong("errata.oracle.seed", 1);
    return LongStream.range(first, first + Long.getLong("errata.oracle.cases", 25));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void planApplyAndRollback_agreeWithDuckDb(long seed) throws IOException {
    OracleCase subject = new OracleCase(seed);
    Path archive = Files.createDirectory(folder.resolve("archive"));
    try (DuckDb duck = new DuckDb();
        Database database = Database.create()) {
      subject.write(duck, archive);
      Oracle oracle = new Oracle(subject, duck, archive);
      database.execute(subject.table());
      database.copyIn("live" + columns(subject), damaged(subject, oracle));
      SpecDraft draft = subject.spec(database, archive, folder.resolve("plans"));

      TreeMap<String, String> expected = compare(oracle, database, subject);
      List<String> before = database.dump("live");
      PlanDirectory plan =
          Runs.plan(
              draft.parse(),
              new PlannerOptions(
                  subject.random().nextInt(1, 4), pick(subject.random(), InputOrder.values())));
      assertThat(Runs.corrections(plan)).as(draft.text()).isEqualTo(expected);
      checkCounts(oracle, plan, expected);
      assertThat(database.dump("live")).as("the live table after planning").isEqualTo(before);

      Map<String, String> untouched = rowVersions(database, subject, expected.keySet());
      WriteResult applied = Runs.apply(draft, plan);
      assertThat(applied.outcome())
          .isEqualTo(expected.isEmpty() ? Outcome.NOTHING_TO_DO : Outcome.APPLIED);
      assertThat(applied.counts().written()).isEqualTo(expected.size());
      assertThat(compare(oracle, database, subject)).as("after the apply, DuckDB finds").isEmpty();
      assertThat(rowVersions(database, subject, expected.keySet()))
          .as("versions of rows that agreed")
          .isEqualTo(untouched);

      PlanDirectory verification =
          Runs.plan(
              draft.copy().set("plans", folder.resolve("verify").toString()).parse(),
              new PlannerOptions(2, InputOrder.AS_READ));
      assertThat(Runs.corrections(verification)).as("after the apply, Errata finds").isEmpty();

      Outcome rolledBack = Runs.rollback(draft, plan).outcome();
      assertThat(rolledBack)
          .isEqualTo(expected.isEmpty() ? Outcome.NOTHING_TO_DO : Outcome.APPLIED);
      assertThat(database.dump("live")).as("the live table after the rollback").isEqualTo(before);
    }
  }

  private TreeMap<String, String> compare(Oracle oracle, Database database, OracleCase subject) {
    Path live = folder.resolve("live.csv");
    String columns = columns(subject);
    database.export("SELECT " + columns.substring(2, columns.length() - 1) + " FROM live", live);
    oracle.read(live);
    return oracle.corrections();
  }

  private static void checkCounts(Oracle oracle, PlanDirectory plan, Map<String, String> expected) {
    Map<String, Long> kinds =
        expected.values().stream()
            .collect(Collectors.groupingBy(what -> what.split(" ")[0], Collectors.counting()));
    RowCounts rows = plan.manifest().rows();
    assertThat(Map.of("insert", rows.insert(), "update", rows.update(), "delete", rows.delete()))
        .isEqualTo(
            Map.of(
                "insert", kinds.getOrDefault("insert", 0L),
                "update", kinds.getOrDefault("update", 0L),
                "delete", kinds.getOrDefault("delete", 0L)));
    assertThat(rows.quarantined()).as("quarantined").isEqualTo(oracle.quarantined().size());
    assertThat(plan.manifest().events().used()).as("used events").isEqualTo(oracle.used());
    assertThat(plan.manifest().events().duplicates())
        .as("duplicates")
        .isEqualTo(oracle.duplicates());
    assertThat(plan.manifest().coverage().complete()).as("coverage").isTrue();
  }

  /**
   * The place and the transaction of each row that is not to be corrected: they tell whether it was
   * written.
   */
  private static Map<String, String> rowVersions(
      Database database, OracleCase subject, Set<String> corrected) {
    String keys =
        subject.keys.stream().map(k -> Database.quoted(k.name())).collect(Collectors.joining(", "));
    Map<String, String> versions = new TreeMap<>();
    for (List<@Nullable String> row :
        database.query("SELECT ctid, xmin, xmax, " + keys + " FROM live")) {
      List<@Nullable String> key = new ArrayList<>();
      for (int i = 0; i < subject.keys.size(); i++) {
        String text = row.get(3 + i);
        key.add(
            subject.keys.get(i).type() == OracleColumn.Type.TIMESTAMP
                ? String.valueOf(text).replace(' ', 'T').replaceFirst("\\+00$", "Z")
                : text);
      }
      if (!corrected.contains(key.toString())) {
        versions.put(key.toString(), row.subList(0, 3).toString());
      }
    }
    return versions;
  }

  private static String columns(OracleCase subject) {
    List<String> names = new ArrayList<>();
    subject.keys.forEach(k -> names.add(Database.quoted(k.name())));
    subject.columns.forEach(c -> names.add(Database.quoted(c.name())));
    return " (" + String.join(", ", names) + ")";
  }

  /**
   * The right rows with some of them wrong, missing, or too many; and rows that the window doesn't
   * answer for.
   */
  private static String damaged(OracleCase subject, Oracle oracle) {
    SplittableRandom random = subject.random();
    List<List<@Nullable String>> truth = oracle.truth();
    int keys = subject.keys.size();
    Map<String, List<@Nullable String>> live = new LinkedHashMap<>();
    int every = List.of(2, 5, 20, 1_000_000).get(random.nextInt(4));
    for (List<@Nullable String> right : truth) {
      List<@Nullable String> row = new ArrayList<>(right);
      int damage = random.nextInt(every);
      if (damage == 0) {
        int place = keys + random.nextInt(row.size() - keys);
        row.set(place, other(random, subject.columns.get(place - keys).type(), row.get(place)));
      }
      if (damage != 1) {
        live.put(row.subList(0, keys).toString(), row);
      }
    }
    int extra = random.nextInt(8);
    for (int i = 0; i < extra; i++) {
      List<@Nullable String> row = new ArrayList<>();
      boolean outside = random.nextBoolean();
      for (OracleCase.Key key : subject.keys) {
        row.add(
            switch (key.type()) {
              case TEXT -> (outside ? "out-" : "extra ") + i;
              case INT -> "7";
              case DATE ->
                  truth.isEmpty() || random.nextInt(3) == 0
                      ? random.nextBoolean() ? "2023-01-01" : "2025-01-01"
                      : truth.get(random.nextInt(truth.size())).get(subject.keys.indexOf(key));
              default ->
                  truth.isEmpty() || random.nextInt(3) == 0
                      ? "2024-01-01T00:00:00Z"
                      : truth.get(random.nextInt(truth.size())).get(subject.keys.indexOf(key));
            });
      }
      subject.columns.forEach(c -> row.add(other(random, c.type(), null)));
      live.put(row.subList(0, keys).toString(), row);
    }
    StringBuilder csv =
        new StringBuilder(columns(subject).substring(2).replace(")", "")).append('\n');
    for (List<@Nullable String> row : live.values()) {
      csv.append(
              row.stream()
                  .map(
                      text ->
                          EventFiles.csv(text == null ? null : text.replaceFirst("^double ", "")))
                  .collect(Collectors.joining(",")))
          .append('\n');
    }
    return csv.toString();
  }

  private static @Nullable String other(
      SplittableRandom random, OracleColumn.Type type, @Nullable String right) {
    if (right != null && random.nextInt(4) == 0) {
      return null;
    }
    String value =
        switch (type) {
          case INT, LONG -> Integer.toString(random.nextInt(-9, 9));
          case DECIMAL -> random.nextInt(-9, 9) + ".50";
          case DOUBLE -> pick(random, "0.1", "-0", "NaN", "Infinity", "1e-300", "7.5");
          case TEXT -> pick(random, "", "wrong", "\\N", "a,\"b\"\nc", "😀");
          case TIMESTAMP -> pick(random, "2024-01-01T00:00:00.000001Z", "1970-01-01T00:00:00Z");
          case DATE -> pick(random, "2024-02-29", "0001-01-01");
        };
    return value.equals(right) ? null : value;
  }

  @SafeVarargs
  private static <T> T pick(SplittableRandom random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
