package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.errata.api.ColumnType;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.connectors.archive.ListedFiles;
import io.errata.servers.StoreServer;
import io.errata.servers.StoreServer.Kind;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.ReadPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many objects on a real store, in folders by day and hour, of which a window needs two. What is
 * asked of the store is counted: it goes with the window, and not with the archive. Skipped as
 * {@link ObjectStoreIT} is.
 */
class LargeArchiveIT {
  /** Of 2,500 objects each; 100,000 in all with {@code -Derrata.archive.days=40}. */
  private static final int DAYS = Integer.getInteger("errata.archive.days", 4);

  private static final int HOURS = 20;

  /** More than a page of {@link StoreCase} holds, so that each folder takes two. */
  private static final int OBJECTS_PER_HOUR = 125;

  private static final int PAGES_PER_HOUR = 2;
  private static final LocalDate DAY_OF_THE_WINDOW = LocalDate.parse("2024-06-10");
  private static final LocalDate FIRST_DAY = DAY_OF_THE_WINDOW.minusDays(DAYS / 2);
  private static final String LAYOUT = "date=%Y-%m-%d/hour=%H";

  @TempDir private static Path shared;
  private static StoreCase store;
  private static ClusterCase events;

  @BeforeAll
  static void fillStore() throws IOException {
    Optional<Path> programs = StoreServer.programs();
    assumeThat(programs)
        .as("object stores, which servers/build-store-servers.sh builds")
        .isPresent();
    events = ClusterCase.create(shared);
    store = StoreCase.start(Kind.S3, programs.get(), shared.resolve("s3"));
    store.use();
    fillOtherHours();
    fillHoursOfTheWindow();
  }

  @AfterAll
  static void stopStore() {
    if (store != null) {
      store.close();
    }
    StoreCase.forget();
    if (events != null) {
      events.close();
    }
  }

  private static String folder(LocalDate day, int hour) {
    return "archive/date=%s/hour=%02d".formatted(day, hour);
  }

  /** A store's own file of an object names no object, so that copies of it are objects too. */
  private static void fillOtherHours() throws IOException {
    String other =
        "{\"id\":\"other\",\"ts\":\"1999-01-01T00:00:00Z\",\"user\":\"other\",\"amount\":1}\n";
    store.put(other.getBytes(StandardCharsets.UTF_8), "template");
    Path bucket = shared.resolve("s3/data").resolve(StoreServer.BUCKET);
    byte[] template = Files.readAllBytes(bucket.resolve("template/xl.meta"));
    IntStream.range(0, DAYS * HOURS)
        .parallel()
        .forEach(
            number -> {
              LocalDate day = FIRST_DAY.plusDays(number / HOURS);
              int hour = number % HOURS;
              if (day.equals(DAY_OF_THE_WINDOW) && hour < 2) {
                return;
              }
              try {
                for (int i = 0; i < OBJECTS_PER_HOUR; i++) {
                  Path object =
                      bucket.resolve(folder(day, hour)).resolve("part-%04d.jsonl".formatted(i));
                  Files.write(Files.createDirectories(object).resolve("xl.meta"), template);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** The events of {@link ClusterCase}, by the hour of their time. */
  private static void fillHoursOfTheWindow() throws IOException {
    List<List<String>> hours = List.of(new ArrayList<>(), new ArrayList<>());
    try (Stream<Path> files = Files.list(shared.resolve("archive"))) {
      for (Path file : files.sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          hours.get(line.contains("T00:") ? 0 : 1).add(line);
        }
      }
    }
    for (int hour = 0; hour < hours.size(); hour++) {
      List<String> lines = hours.get(hour);
      for (int i = 0; i < OBJECTS_PER_HOUR; i++) {
        StringBuilder own = new StringBuilder();
        for (int line = i; line < lines.size(); line += OBJECTS_PER_HOUR) {
          own.append(lines.get(line)).append('\n');
        }
        store.put(
            own.toString().getBytes(StandardCharsets.UTF_8),
            folder(DAY_OF_THE_WINDOW, hour) + "/part-%04d.jsonl".formatted(i));
      }
    }
  }

  /** What is asked of the store meanwhile. */
  private static List<String> asked(Runnable action) {
    int before = store.proxy().asked().size();
    action.run();
    List<String> all = store.proxy().asked();
    return all.subList(before, all.size());
  }

  private static boolean isListing(String request) {
    return request.contains("list-type=2");
  }

  private static SpecDraft draft(String plans) {
    return events.draft(plans).window("2024-06-10T00:00:00Z", "2024-06-10T02:00:00Z");
  }

  @Test
  void plan_listsTheFoldersOfItsWindowAlone() {
    PlanManifest expected = Runs.plan(draft("expected")).manifest();
    List<PlanManifest> planned = new ArrayList<>();

    List<String> asked =
        asked(
            () ->
                planned.add(
                    Runs.plan(
                            draft("planned")
                                .set("events.archive.path", store.uri("archive"))
                                .set("events.archive.layout", LAYOUT)
                                .set("events.archive.slack", "PT0S"))
                        .manifest()));

    PlanManifest plan = planned.get(0);
    assertThat(plan.plan()).isEqualTo(expected.plan());
    assertThat(plan.correctionSet()).isEqualTo(expected.correctionSet());
    assertThat(plan.events()).isEqualTo(expected.events());
    assertThat(plan.coverage().complete()).isTrue();
    assertThat(plan.coverage().inputs())
        .extracting(ReadPart::input)
        .containsExactlyElementsOf(
            IntStream.range(0, 2 * OBJECTS_PER_HOUR)
                .mapToObj(
                    i ->
                        store.uri(
                            folder(DAY_OF_THE_WINDOW, i / OBJECTS_PER_HOUR)
                                + "/part-%04d.jsonl".formatted(i % OBJECTS_PER_HOUR)))
                .toList());
    // A look at the first file of the archive shows which fields there are.
    assertThat(asked)
        .filteredOn(request -> request.contains("date"))
        .as("requests about folders")
        .allMatch(
            request ->
                request.matches(".*date(=|%3D)2024-06-10(/|%2F)hour(=|%3D)0[01].*")
                    || request.matches(
                        ".*date(=|%3D)" + FIRST_DAY + "(/|%2F)(hour(=|%3D)00.*|&.*)"));
    assertThat(asked.stream().filter(LargeArchiveIT::isListing).count())
        .as("requests that list, of an archive of %s folders", DAYS * HOURS)
        .isBetween(2L * PAGES_PER_HOUR, 15L);
  }

  @Test
  void typesOfFields_takeTheFirstFoldersAlone() {
    ArchiveWindowSource source =
        new ArchiveWindowSource(ArchiveOptions.of(store.uri("archive"), LAYOUT, Format.JSONL));

    List<String> asked =
        asked(
            () ->
                assertThat(source.naturalTypes(List.of("amount", "user")))
                    .isEqualTo(Map.of("amount", ColumnType.DECIMAL, "user", ColumnType.TEXT)));

    assertThat(asked.stream().filter(LargeArchiveIT::isListing).count())
        .as("requests that list, of an archive of %s folders", DAYS * HOURS)
        .isBetween(2L, 8L);
  }

  @Test
  void allObjects_areListedPageByPage() {
    List<String> files = new ArrayList<>();

    List<String> asked =
        asked(
            () ->
                files.addAll(
                    ListedFiles.all(ArchiveOptions.of(store.uri("archive"), "", Format.JSONL))));

    assertThat(files).hasSize(DAYS * HOURS * OBJECTS_PER_HOUR).isSorted();
    assertThat(new TreeSet<>(files)).hasSameSizeAs(files);
    assertThat(asked)
        .as("a request for each page, and a few to look for the archive")
        .hasSizeBetween(
            1 + DAYS + DAYS * HOURS * PAGES_PER_HOUR, 5 + DAYS + DAYS * HOURS * PAGES_PER_HOUR);
  }
}
