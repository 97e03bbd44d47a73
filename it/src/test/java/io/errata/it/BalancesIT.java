package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README, with a tenth of its events and the same kinds of damage. */
class BalancesIT {
  private static final int EVENTS = 100_000;
  private static final int USERS = 10_000;
  private static final String[] TYPES = {"deposit", "withdrawal", "purchase", "refund", "fee"};
  private static final int[] SIGNS = {1, -1, -1, 1, -1};
  private static final int WRONG = 99;
  private static final int MISSING = 10;
  private static final int EXTRA = 11;

  @TempDir private Path folder;

  private final long[] totals = new long[USERS];
  private final long[] counts = new long[USERS];
  private int copies;

  @Test
  void example_findsCorrectsVerifiesAndRestores() throws IOException {
    try (Database database = Database.create();
        DuckDb duck = new DuckDb()) {
      writeEvents(duck);
      for (String table : List.of("balances", "truth")) {
        database.execute(
            "CREATE TABLE "
                + table
                + " (user_id text PRIMARY KEY, total bigint, events bigint, checksum text)");
      }
      List<String> truth = truth();
      database.copyIn("truth", csv(truth));
      database.copyIn("balances", csv(damaged(truth)));
      List<String> before = database.dump("balances");
      assertThat(before).isNotEqualTo(database.dump("truth"));

      Spec spec = spec(database, "plans");
      PlanDirectory plan = Runs.plan(spec, PlannerOptions.ofProcessors());
      PlanManifest manifest = plan.manifest();
      assertThat(manifest.rows().update()).isEqualTo(WRONG);
      assertThat(manifest.rows().insert()).isEqualTo(MISSING);
      assertThat(manifest.rows().delete()).isEqualTo(EXTRA);
      assertThat(manifest.rows().equal()).isEqualTo(truth.size() - WRONG - MISSING);
      assertThat(manifest.rows().recomputed()).isEqualTo(truth.size());
      assertThat(manifest.events().used()).isEqualTo(EVENTS);
      assertThat(manifest.events().duplicates()).isEqualTo(copies);
      assertThat(manifest.coverage().complete()).isTrue();
      assertThat(manifest.limits()).isEmpty();
      assertThat(database.dump("balances")).isEqualTo(before);

      WriteResult applied = Runs.apply(spec, plan);
      assertThat(applied.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(applied.counts()).isEqualTo(new WriteCounts(MISSING, WRONG, EXTRA, 0));
      assertThat(applied.readback().differing()).isEmpty();
      assertThat(applied.readback().verified()).isEqualTo(WRONG + MISSING + EXTRA);
      assertThat(database.dump("balances")).isEqualTo(database.dump("truth"));
      assertThat(Runs.apply(spec, plan).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);

      PlanDirectory verification =
          Runs.plan(spec(database, "verify"), new PlannerOptions(1, InputOrder.SCATTERED));
      assertThat(verification.manifest().corrections().total()).isZero();
      assertThat(verification.manifest().rows().equal()).isEqualTo(truth.size());

      assertThat(Runs.rollback(spec, plan).outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(database.dump("balances")).isEqualTo(before);
      assertThat(Runs.rollback(spec, plan).outcome()).isEqualTo(Outcome.ALREADY_APPLIED);
    }
  }

  private Spec spec(Database database, String plans) {
    Path example =
        Path.of(System.getProperty("basedir", "."), "..", "examples", "balances", "spec.yaml");
    return SpecParser.parse(
        example,
        List.of(
            "events.archive.path=" + folder.resolve("events"),
            "table.jdbc.url=" + database.url(),
            "plans=" + folder.resolve(plans)));
  }

  /**
   * Hot users and cold ones; one event in a hundred is there twice; each file in the order of
   * arrival.
   */
  private void writeEvents(DuckDb duck) throws IOException {
    SplittableRandom random = new SplittableRandom(42);
    long day = 86_400_000;
    long base = Instant.parse("2024-03-01T00:00:00Z").toEpochMilli();
    for (int d = 0; d < 2; d++) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < EVENTS / 2; i++) {
        int user = (int) ((long) (USERS * Math.pow(random.nextDouble(), 3)) * 7919 + 13) % USERS;
        int type = random.nextInt(TYPES.length);
        long value = (long) random.nextInt(1, 100_001) * SIGNS[type];
        long time = base + d * day + random.nextLong(day);
        long arrival = time + random.nextLong(5_000);
        totals[user] += value;
        counts[user]++;
        String rest =
            ",%016x,u%07d,%s,%d,%d,%d"
                .formatted(
                    (long) (d * EVENTS + i) * 0x9E3779B97F4A7C15L,
                    user,
                    TYPES[type],
                    time,
                    value,
                    random.nextInt(1, 4));
        lines.add("%015d".formatted(arrival) + rest);
        if (random.nextInt(100) == 0) {
          copies++;
          lines.add("%015d".formatted(arrival + random.nextLong(60_000)) + rest);
        }
      }
      lines.sort(null);
      Path texts = folder.resolve("day.csv");
      Path target = Files.createDirectories(folder.resolve("events/date=2024-03-0" + (d + 1)));
      int files = 4;
      for (int f = 0; f < files; f++) {
        try (Writer out = Files.newBufferedWriter(texts)) {
          for (String line :
              lines.subList(lines.size() * f / files, lines.size() * (f + 1) / files)) {
            out.write(line + "\n");
          }
        }
        duck.execute(
            "COPY (SELECT event_id, user_id, event_type, make_timestamp(ms * 1000)::TIMESTAMPTZ AS ts, value,"
                + " schema_version FROM read_csv('"
                + texts
                + "', header=false, auto_detect=false, columns={arrival: 'VARCHAR', event_id: 'VARCHAR',"
                + " user_id: 'VARCHAR', event_type: 'VARCHAR', ms: 'BIGINT', value: 'BIGINT',"
                + " schema_version: 'INTEGER'})) TO '"
                + target.resolve("part-0000" + f + ".parquet")
                + "' (FORMAT parquet, ROW_GROUP_SIZE 4096)");
      }
    }
  }

  private List<String> truth() {
    List<String> rows = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      if (counts[user] > 0) {
        rows.add(row(user, totals[user], counts[user], totals[user]));
      }
    }
    return rows;
  }

  private static String row(int user, long total, long events, long checked) {
    return "u%07d,%d,%d,%s"
        .formatted(user, total, events, md5("u%07d-%d".formatted(user, checked)));
  }

  /**
   * As a bug would leave it: wrong totals with their own checksums, wrong counts, wrong checksums,
   * rows lost, rows left.
   */
  private static List<String> damaged(List<String> truth) {
    List<String> live = new ArrayList<>(truth);
    int step = truth.size() / (WRONG + MISSING);
    for (int i = 0; i < WRONG; i++) {
      String[] row = truth.get(i * step).split(",");
      int user = Integer.parseInt(row[0].substring(1));
      long total = Long.parseLong(row[1]);
      long events = Long.parseLong(row[2]);
      live.set(
          i * step,
          switch (i % 3) {
            case 0 -> row(user, total + i + 1, events, total + i + 1);
            case 1 -> row(user, total, events + 1, total);
            default -> row(user, total, events, total + 1);
          });
    }
    for (int i = WRONG + MISSING - 1; i >= WRONG; i--) {
      live.remove(i * step);
    }
    for (int i = 0; i < EXTRA; i++) {
      live.add(row(USERS + i, i, 1, i));
    }
    return live;
  }

  private static String csv(List<String> rows) {
    return "user_id,total,events,checksum\n" + String.join("\n", rows) + "\n";
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
