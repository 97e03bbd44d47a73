package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replay doesn't starve the live system: it reads no faster than it may. */
class RateIT {
  private static final int EVENTS = 60;
  private static final int PER_SECOND = 10;

  @TempDir private Path folder;

  @Test
  void reading_isNoFasterThanTheSpecAllows() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      lines.add("{\"id\":\"e%d\",\"ts\":\"2024-06-10T12:00:00Z\",\"thing\":\"t\"}".formatted(i));
    }
    Path archive = Files.createDirectories(folder.resolve("events"));
    Files.write(archive.resolve("events.jsonl"), lines);
    try (Database database = Database.create()) {
      database.execute("CREATE TABLE things (thing text PRIMARY KEY, events bigint)");
      SpecDraft draft =
          SpecDraft.of(database, folder.resolve("plans"))
              .window("2024-06-10T12:00:00Z", "2024-06-10T12:00:01Z")
              .archive(archive, "", "jsonl")
              .set("events.fields.id", "id")
              .set("events.fields.time", "ts")
              .aggregate(Map.of("thing", "thing"), Map.of("events", "count()"))
              .table("things", List.of("thing"), List.of("events"))
              .set("limits.rate", PER_SECOND + "/s");

      var plan = Runs.plan(draft);

      assertThat(Runs.corrections(plan)).containsOnly(Map.entry("[t]", "insert [t, 60]"));
      // The first event of each task is let through at once.
      assertThat(plan.manifest().seconds().get("recompute and compare"))
          .isGreaterThan((EVENTS - PER_SECOND) / (double) PER_SECOND);
    }
  }
}
