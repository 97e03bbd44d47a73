package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.state.plan.PlanDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is the same however it is read, although nearly everything depends on the order: events of
 * one moment, sums of doubles, and days that don't have 24 hours.
 */
class TiesAndClocksIT {
  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void open() {
    database = Database.create();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Deals lines out over some files of a new folder. */
  private Path archive(String name, List<String> lines, int files) {
    try {
      Path archive = Files.createDirectories(folder.resolve(name));
      for (int i = 0; i < files; i++) {
        Files.write(
            archive.resolve("part-" + i + ".jsonl"),
            lines.subList(lines.size() * i / files, lines.size() * (i + 1) / files));
      }
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Plans the same lines in several orders, spread over files and tasks; the plan of the last. */
  private PlanDirectory planInEveryOrder(SpecDraft draft, List<String> lines) {
    Random random = new Random(20240610);
    List<String> shuffled = new ArrayList<>(lines);
    Set<String> ids = new LinkedHashSet<>();
    PlanDirectory plan = null;
    for (int i = 0; i < 4; i++) {
      Path archive = archive("order-" + i, shuffled, 1 + i);
      plan =
          Runs.plan(
              draft.copy().archive(archive, "", "jsonl").parse(),
              new PlannerOptions(1 + 2 * i, InputOrder.values()[i % 2]));
      ids.add(plan.manifest().plan());
      Collections.shuffle(shuffled, random);
    }
    assertThat(ids).as("plan ids").hasSize(1);
    return plan;
  }

  private SpecDraft draft(String from, String to) {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window(from, to)
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts");
  }

  /** By sequence, those without one first, and then by id. */
  @Test
  void eventsOfOneMoment_areAppliedInOneOrder() {
    database.execute(
        "CREATE TABLE states (thing text PRIMARY KEY, first_label text, last_label text)");
    List<String> lines = new ArrayList<>();
    for (int thing = 0; thing < 5; thing++) {
      for (int i = 0; i < 40; i++) {
        lines.add(
            "{\"id\":\"%d-%02d\",\"ts\":\"2024-06-10T12:00:00.000001Z\",\"seq\":%s,\"thing\":\"t%d\",\"label\":\"%02d\"}"
                .formatted(thing, i, i % 4 == 3 ? "null" : Integer.toString(i % 4), thing, i));
      }
    }
    SpecDraft draft =
        draft("2024-06-10T12:00:00Z", "2024-06-10T12:00:01Z")
            .set("events.fields.sequence", List.of("seq"))
            .set("events.fields.types", Map.of("seq", "long"))
            .aggregate(
                Map.of("thing", "thing"),
                Map.of("first_label", "first(label)", "last_label", "last(label)"))
            .table("states", List.of("thing"), List.of("first_label", "last_label"));
    PlanDirectory plan = planInEveryOrder(draft, lines);
    assertThat(Runs.corrections(plan)).hasSize(5).containsEntry("[t0]", "insert [t0, 03, 38]");
  }

  /** Of an event that was delivered several times, the least sequence is its own. */
  @Test
  void eventDeliveredLaterToo_keepsItsPlace() {
    database.execute("CREATE TABLE places (thing text PRIMARY KEY, last_label text)");
    List<String> lines = new ArrayList<>();
    for (int thing = 0; thing < 20; thing++) {
      for (String event : List.of("1,early", "9,early", "5,early", "3,late", "7,late")) {
        String[] parts = event.split(",");
        lines.add(
            "{\"id\":\"%d-%s\",\"ts\":\"2024-06-10T12:00:00Z\",\"seq\":%s,\"thing\":\"t%d\",\"label\":\"%s\"}"
                .formatted(thing, parts[1], parts[0], thing, parts[1]));
      }
    }
    PlanDirectory plan =
        planInEveryOrder(
            draft("2024-06-10T12:00:00Z", "2024-06-10T12:00:01Z")
                .set("events.fields.sequence", List.of("seq"))
                .set("events.fields.types", Map.of("seq", "long"))
                .aggregate(Map.of("thing", "thing"), Map.of("last_label", "last(label)"))
                .table("places", List.of("thing"), List.of("last_label")),
            lines);
    assertThat(Runs.corrections(plan).values())
        .hasSize(20)
        .allSatisfy(correction -> assertThat(correction).endsWith(", late]"));
  }

  @Test
  void doubles_haveOneSumInAnyOrder() {
    database.execute("CREATE TABLE sums (thing text PRIMARY KEY, total double precision)");
    List<Double> values = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-300, 300));
      values.add(value);
      // What is large goes away again, so that what is small has to have survived.
      if (Math.abs(value) > 10) {
        values.add(-value);
      }
    }
    values.addAll(List.of(1e16, 1.0, -1e16, Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE));
    BigDecimal exact = BigDecimal.ZERO;
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      exact = exact.add(new BigDecimal(values.get(i)));
      lines.add(
          "{\"id\":\"e%d\",\"ts\":\"2024-06-10T12:00:00Z\",\"thing\":\"all\",\"amount\":%s}"
              .formatted(i, values.get(i)));
    }
    SpecDraft draft =
        draft("2024-06-10T12:00:00Z", "2024-06-10T12:00:01Z")
            .set("events.fields.types", Map.of("amount", "double"))
            .aggregate(Map.of("thing", "thing"), Map.of("total", "sum(amount)"))
            .table("sums", List.of("thing"), List.of("total"));
    PlanDirectory plan = planInEveryOrder(draft, lines);
    assertThat(Runs.corrections(plan))
        .containsExactly(Map.entry("[all]", "insert [all, double " + exact.doubleValue() + "]"));

    // The database's own double is the same.
    database.execute("INSERT INTO sums VALUES ('all', '" + exact.doubleValue() + "')");
    assertThat(Runs.corrections(planInEveryOrder(draft, lines))).isEmpty();
  }

  /** One event in five minutes: 12 for each hour that a day has. */
  @ParameterizedTest
  @CsvSource({
    "Europe/Zurich,2024-03-31,2024-03-30T23:00:00Z,2024-03-31T22:00:00Z,276",
    "Europe/Zurich,2024-10-27,2024-10-26T22:00:00Z,2024-10-27T23:00:00Z,300",
    "Australia/Lord_Howe,2024-04-07,2024-04-06T13:00:00Z,2024-04-07T13:30:00Z,294",
    "Australia/Lord_Howe,2024-10-06,2024-10-05T13:30:00Z,2024-10-06T13:00:00Z,282",
    "UTC,2024-03-31,2024-03-31T00:00:00Z,2024-04-01T00:00:00Z,288",
  })
  void day_hasTheHoursThatItHas(String zone, String day, Instant start, Instant end, long events) {
    database.execute("CREATE TABLE days (day date PRIMARY KEY, events bigint)");
    database.execute("INSERT INTO days VALUES ('2024-01-01', 5)");
    List<String> lines = new ArrayList<>();
    for (Instant time = start.minusSeconds(86_400);
        time.isBefore(end.plusSeconds(86_400));
        time = time.plusSeconds(300)) {
      lines.add("{\"id\":\"%s\",\"ts\":\"%s\"}".formatted(time, time));
    }
    // A quarter of an hour in the middle, which is widened to the day that it cuts.
    SpecDraft draft =
        draft(start.plusSeconds(36_000).toString(), start.plusSeconds(36_900).toString())
            .aggregate(Map.of("day", "day(ts, " + zone + ")"), Map.of("events", "count()"))
            .table("days", List.of("day"), List.of("events"));
    PlanDirectory plan = planInEveryOrder(draft, lines);
    assertThat(plan.manifest().window().from()).isEqualTo(start);
    assertThat(plan.manifest().window().to()).isEqualTo(end);
    assertThat(Runs.corrections(plan))
        .containsExactly(Map.entry("[" + day + "]", "insert [" + day + ", " + events + "]"));

    Runs.apply(draft.archive(folder.resolve("order-0"), "", "jsonl"), plan);
    assertThat(Runs.corrections(Runs.plan(draft))).isEmpty();
    assertThat(database.dump("days")).containsExactly("2024-01-01\t5", day + "\t" + events);
  }
}
