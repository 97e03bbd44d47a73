package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.it.EventFiles.Format;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.MissingPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No silent gap: where a part of the window is missing there is no plan, unless the spec allows it,
 * and then it says so.
 */
class CoverageIT {
  @TempDir private Path folder;
  private final DuckDb duck = new DuckDb();
  private Database database;

  @BeforeEach
  void writeEventsAndTable() {
    database = Database.create();
    database.execute("CREATE TABLE totals (user_id text PRIMARY KEY, total bigint)");
  }

  @AfterEach
  void close() {
    database.close();
    duck.close();
  }

  /** Two days of events, several files a day. */
  private void write(Format format) {
    for (int day = 10; day <= 11; day++) {
      for (int part = 0; part < 2; part++) {
        List<ArchivedEvent> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          events.add(
              ArchivedEvent.of(
                  "e" + day + part + i,
                  "user-" + i % 10,
                  "2024-06-" + day + "T%02d:00:00Z".formatted(i % 24),
                  "payment",
                  i));
        }
        EventFiles.write(duck, file(day, part, format), format, events);
      }
    }
  }

  private Path file(int day, int part, Format format) {
    return folder.resolve(
        "archive/date=2024-06-" + day + "/part-" + part + "." + format.extension());
  }

  private SpecDraft draft(Format format) {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T00:00:00Z", "2024-06-12T00:00:00Z")
        .archive(folder.resolve("archive"), "date=%Y-%m-%d", format.spec())
        .set("events.fields.id", "event_id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("big", "long"))
        .aggregate(Map.of("user_id", "user_id"), Map.of("total", "sum(big)"))
        .table("totals", List.of("user_id"), List.of("total"));
  }

  private PlanDirectory plan(SpecDraft draft, Runnable behindTheBack) {
    PlanProgress progress =
        new PlanProgress() {
          @Override
          public void stage(String name) {
            // Files are listed by now, and not read yet.
            if (name.equals("open a snapshot")) {
              behindTheBack.run();
            }
          }

          @Override
          public void advance(long done, long expected) {}
        };
    try (Planner planner = new Planner(progress)) {
      return planner.plan(draft.parse(), new PlannerOptions(2, InputOrder.AS_READ));
    }
  }

  private void assertRefused(SpecDraft draft, String missing, Runnable behindTheBack)
      throws IOException {
    assertThatThrownBy(() -> plan(draft, behindTheBack))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.MISSING_COVERAGE);
              assertThat(e.next()).contains("limits.missing-coverage");
            })
        .hasMessageContaining(missing);
    Path plans = folder.resolve("plans");
    if (Files.exists(plans)) {
      try (Stream<Path> left = Files.list(plans)) {
        assertThat(left).as("left behind").isEmpty();
      }
    }
  }

  private void assertAllowed(SpecDraft draft, String missing, Runnable behindTheBack) {
    PlanDirectory plan = plan(draft.copy().set("limits.missing-coverage", "allow"), behindTheBack);
    assertThat(plan.manifest().coverage().complete()).isFalse();
    assertThat(plan.manifest().coverage().gaps())
        .extracting(MissingPart::input)
        .anySatisfy(input -> assertThat(input).contains(missing));
    assertThat(plan.manifest().warnings()).anySatisfy(w -> assertThat(w).contains("missing"));
    assertThat(Runs.corrections(plan)).hasSize(10);
  }

  private static final Runnable NOTHING = () -> {};

  @Test
  void wholeArchive_isCompleteWithAReceiptOfEachFile() {
    write(Format.PARQUET);
    PlanDirectory plan = plan(draft(Format.PARQUET), NOTHING);
    assertThat(plan.manifest().coverage().complete()).isTrue();
    assertThat(plan.manifest().coverage().gaps()).isEmpty();
    assertThat(plan.manifest().coverage().inputs())
        .hasSize(4)
        .allSatisfy(
            part -> {
              assertThat(part.expected()).isEqualTo(500);
              assertThat(part.read()).isEqualTo(500);
              assertThat(part.bytes()).isPositive();
              assertThat(part.generation()).isNotEmpty();
            });
  }

  @Test
  void absentFolder_stopsThePlan() throws IOException {
    write(Format.PARQUET);
    Files.delete(file(11, 0, Format.PARQUET));
    Files.delete(file(11, 1, Format.PARQUET));
    Files.delete(file(11, 0, Format.PARQUET).getParent());
    assertRefused(draft(Format.PARQUET), "date=2024-06-11", NOTHING);
    assertAllowed(draft(Format.PARQUET), "date=2024-06-11", NOTHING);
  }

  @Test
  void cutParquetFile_stopsThePlan() throws IOException {
    write(Format.PARQUET);
    cut(file(11, 1, Format.PARQUET));
    assertRefused(draft(Format.PARQUET), "date=2024-06-11/part-1", NOTHING);
    assertAllowed(draft(Format.PARQUET), "date=2024-06-11/part-1", NOTHING);
  }

  @Test
  void emptyFile_stopsThePlan() throws IOException {
    write(Format.PARQUET);
    Files.write(file(11, 1, Format.PARQUET), new byte[0]);
    assertRefused(draft(Format.PARQUET), "date=2024-06-11/part-1", NOTHING);
  }

  @Test
  void damagedBytesInTheMiddle_stopThePlan() throws IOException {
    write(Format.PARQUET);
    byte[] bytes = Files.readAllBytes(file(11, 1, Format.PARQUET));
    Arrays.fill(bytes, 100, bytes.length / 2, (byte) 0xA5);
    Files.write(file(11, 1, Format.PARQUET), bytes);
    assertRefused(draft(Format.PARQUET), "date=2024-06-11/part-1", NOTHING);
  }

  @Test
  void cutGzip_stopsThePlan() throws IOException {
    write(Format.JSONL_GZIP);
    cut(file(10, 0, Format.JSONL_GZIP));
    assertRefused(draft(Format.JSONL_GZIP), "date=2024-06-10/part-0", NOTHING);
    assertAllowed(draft(Format.JSONL_GZIP), "date=2024-06-10/part-0", NOTHING);
  }

  @Test
  void cutAvroFile_stopsThePlan() throws IOException {
    write(Format.AVRO);
    cut(file(10, 0, Format.AVRO));
    assertRefused(draft(Format.AVRO), "date=2024-06-10/part-0", NOTHING);
  }

  @Test
  void fileDeletedUnderTheReader_stopsThePlan() throws IOException {
    write(Format.PARQUET);
    assertRefused(
        draft(Format.PARQUET), "date=2024-06-10/part-1", () -> delete(file(10, 1, Format.PARQUET)));
    write(Format.PARQUET);
    assertAllowed(
        draft(Format.PARQUET), "date=2024-06-10/part-1", () -> delete(file(10, 1, Format.PARQUET)));
  }

  @Test
  void fileReplacedUnderTheReader_stopsThePlan() throws IOException {
    write(Format.CSV);
    assertRefused(
        draft(Format.CSV),
        "date=2024-06-10/part-1",
        () ->
            EventFiles.write(
                duck,
                file(10, 1, Format.CSV),
                Format.CSV,
                List.of(
                    ArchivedEvent.of("x", "user-1", "2024-06-10T01:00:00Z", "payment", 1_000))));
  }

  @Test
  void windowWithoutEvents_stopsThePlan() throws IOException {
    write(Format.PARQUET);
    assertRefused(
        draft(Format.PARQUET).window("2024-06-10T00:00:00.5Z", "2024-06-10T00:30:00Z"),
        "no event lies in the window",
        NOTHING);
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
