package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.store.FileStores;
import io.errata.connectors.store.Generation;
import io.errata.connectors.store.UnfinishedUploads;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.jobs.plan.RunStatus;
import io.errata.servers.StoreServer;
import io.errata.servers.StoreServer.Kind;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.WriteResult;
import io.errata.testkit.StoreProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives, plans and checkpoints on real object stores, through Flink's own file systems. Skipped
 * where {@code servers/build-store-servers.sh} has not been run, unless {@code
 * ERRATA_STORE_SERVERS} is {@code required}.
 */
class ObjectStoreIT {
  /** More than a page holds; 100,000 with {@code -Derrata.objects=100000}. */
  private static final int OBJECTS = Integer.getInteger("errata.objects", 120);

  private static final Map<Kind, StoreCase> STORES = new EnumMap<>(Kind.class);
  @TempDir private static Path shared;
  private static ClusterCase events;
  private static PlanManifest expected;
  @TempDir private Path folder;

  @BeforeAll
  static void startStores() throws IOException {
    Optional<Path> programs = StoreServer.programs();
    assumeThat(programs)
        .as("object stores, which servers/build-store-servers.sh builds")
        .isPresent();
    events = ClusterCase.create(shared);
    for (Kind kind : Kind.values()) {
      StoreCase store = StoreCase.start(kind, programs.get(), shared.resolve(kind.scheme()));
      STORES.put(kind, store);
      store.use();
      store.put(shared.resolve("archive"), "archive");
    }
    expected = Runs.plan(events.draft("expected")).manifest();
    assertThat(expected.corrections().total()).isPositive();
  }

  @AfterAll
  static void stopStores() {
    STORES.values().forEach(StoreCase::close);
    STORES.clear();
    StoreCase.forget();
    if (events != null) {
      events.close();
    }
  }

  @AfterEach
  void heal() {
    STORES.values().forEach(store -> store.proxy().heal());
  }

  /** A store with the archive on it. */
  private static StoreCase store(Kind kind) {
    StoreCase store = STORES.get(kind);
    store.use();
    return store;
  }

  /** On a store, of this test's own. */
  private String path(String name) {
    return folder.getFileName() + "/" + name;
  }

  /** Reads the archive of the store; the plans lie here. */
  private SpecDraft reading(StoreCase store) {
    return events
        .draft("unused")
        .set("events.archive.path", store.uri("archive"))
        .set("plans", folder.resolve("plans").toString());
  }

  /** The archive and the plans are on the store. */
  private SpecDraft within(StoreCase store) {
    return reading(store).set("plans", store.uri(path("plans")));
  }

  private static void assertExpected(PlanDirectory plan) {
    PlanManifest manifest = plan.manifest();
    assertThat(manifest.plan()).isEqualTo(expected.plan());
    assertThat(manifest.events()).isEqualTo(expected.events());
    assertThat(manifest.rows()).isEqualTo(expected.rows());
    assertThat(manifest.corrections()).isEqualTo(expected.corrections());
    assertThat(manifest.correctionSet()).isEqualTo(expected.correctionSet());
    assertThat(manifest.coverage().complete()).isTrue();
    plan.verifySeal();
  }

  private ErrataProcess.Ended run(StoreCase store, String... args) throws IOException {
    return ErrataProcess.run(folder, store.environment(folder.resolve("conf")), args);
  }

  /** What takes long, is done on both stores with {@code -Derrata.stores=all} only. */
  static List<Kind> longer() {
    return System.getProperty("errata.stores", "").equals("all")
        ? List.of(Kind.values())
        : List.of(Kind.S3);
  }

  private static Predicate<String> gets(String name) {
    return line ->
        line.startsWith("GET ")
            && line.contains(name)
            && !line.contains("list-type")
            && (line.startsWith("GET /" + StoreServer.BUCKET + "/") || line.contains("alt=media"));
  }

  @ParameterizedTest
  @EnumSource
  void planOnAStore_isTheLocalOneAndIsApplied(Kind kind) throws Exception {
    StoreCase store = store(kind);
    String spec = events.write(within(store));

    ErrataProcess.Ended planned = run(store, "plan", spec, "--json");
    assertThat(planned.status()).as(planned.err()).isZero();
    assertThat(planned.document("plan").path("plan").asText()).isEqualTo(expected.plan());
    FlinkPlanStorage plans = FlinkPlanStorage.at(store.uri(path("plans")));
    PlanDirectory plan = PlanDirectory.open(plans, expected.plan());
    assertExpected(plan);
    assertThat(plans.folders("")).containsExactly(expected.plan());

    ErrataProcess.Ended applied =
        run(store, "apply", store.uri(path("plans/" + expected.plan())), "--json");
    assertThat(applied.status()).as(applied.err()).isZero();
    assertThat(applied.document("apply").path("outcome").asText()).isEqualTo("applied");
    assertThat(Runs.plan(within(store)).manifest().corrections().total()).isZero();
    assertThat(planned.err() + planned.out() + applied.err() + applied.out())
        .doesNotContain(StoreServer.password());
    assertThat(Runs.rollback(within(store), plan).outcome()).isEqualTo(WriteResult.Outcome.APPLIED);
  }

  @ParameterizedTest
  @MethodSource("longer")
  void streamingRun_killed_goesOnFromItsCheckpointOnTheStore(Kind kind) throws Exception {
    StoreCase store = store(kind);
    String plans = store.uri(path("plans"));
    String spec =
        events.write(
            within(store)
                .streaming()
                .set("execution.checkpoints.interval", "PT0.5S")
                .set("limits.rate", "600/s"));
    try (ErrataProcess process =
        ErrataProcess.start(
            folder,
            store.environment(folder.resolve("conf")),
            "plan",
            spec,
            "--parallelism",
            "2")) {
      process.await(() -> hasCheckpoint(plans, 2), "the second checkpoint");
      process.signal("KILL");
      process.await();
    }
    List<RunStatus> runs = io.errata.jobs.plan.Runs.list(plans);
    assertThat(runs)
        .singleElement()
        .satisfies(run -> assertThat(run.state()).isEqualTo(RunStatus.State.INTERRUPTED));

    ErrataProcess.Ended resumed = run(store, "resume", runs.get(0).folder(), "--json");

    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(resumed.document("resume").path("plan").asText()).isEqualTo(expected.plan());
    assertExpected(PlanDirectory.open(FlinkPlanStorage.at(plans), expected.plan()));
    assertThat(FlinkPlanStorage.at(runs.get(0).folder()).list(""))
        .as("nothing is left but which plan it gave")
        .containsExactly("run.json");
  }

  private static boolean hasCheckpoint(String plans, int number) {
    FlinkPlanStorage storage = FlinkPlanStorage.at(plans);
    for (String run : storage.folders("")) {
      if (!run.startsWith(".run-")) {
        continue;
      }
      for (String file : storage.list(run + "/checkpoints")) {
        if (file.matches(".*/chk-\\d+/_metadata")
            && Integer.parseInt(file.replaceAll(".*/chk-(\\d+)/_metadata", "$1")) >= number) {
          return true;
        }
      }
    }
    return false;
  }

  @ParameterizedTest
  @EnumSource
  void lostConnectionsAndThrottling_thatPass_costNothing(Kind kind) {
    StoreCase store = store(kind);
    StoreProxy proxy = store.proxy();
    proxy.cut(gets("part-3.jsonl"), 1_000, 2);
    proxy.cut(gets("part-11.jsonl"), 0, 1);
    proxy.answer(gets("part-5.jsonl"), 503, 1);
    proxy.answer(gets("part-6.jsonl"), kind == Kind.S3 ? 503 : 429, 1);
    long before = proxy.count(gets("part-3.jsonl"));

    assertExpected(Runs.plan(reading(store)));

    assertThat(proxy.count(gets("part-3.jsonl")) - before).isGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("longer")
  void storeThatThrottlesForGood_isNamed(Kind kind) {
    StoreCase store = store(kind);
    store.proxy().answer(line -> line.contains("part-5.jsonl"), 503, Integer.MAX_VALUE);

    assertThatThrownBy(() -> Runs.plan(reading(store)))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(e.getMessage())
                  .contains("part-5.jsonl")
                  .contains("the store asks for fewer requests (429 or 503)");
            });
    assertThat(FlinkPlanStorage.at(folder.resolve("plans").toString()).list("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void objectReplaced_whileItIsRead_isAGap(Kind kind) throws Exception {
    StoreCase store = store(kind);
    store.put(Files.readAllBytes(shared.resolve("archive/part-7.jsonl")), path("part-7.jsonl"));
    byte[] other =
        Files.readString(shared.resolve("archive/part-7.jsonl"))
            .replace("\"amount\":1", "\"amount\":2")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(other).hasSameSizeAs(Files.readAllBytes(shared.resolve("archive/part-7.jsonl")));
    AtomicInteger looks = new AtomicInteger();
    Predicate<String> read = gets(folder.getFileName().toString());
    // The first two look at the fields; the third reads all of it.
    store
        .proxy()
        .before(
            line -> read.test(line) && looks.incrementAndGet() == 3,
            () -> {
              try {
                store.put(other, path("part-7.jsonl"));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThatThrownBy(
            () -> Runs.plan(reading(store).set("events.archive.path", store.uri(path("")))))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.MISSING_COVERAGE);
              assertThat(e.getMessage())
                  .contains("part-7.jsonl")
                  .contains("replaced while the plan was made");
            });
  }

  @Test
  void generationOnS3_tellsWhatTimesOfWholeSecondsDoNot() throws Exception {
    StoreCase store = store(Kind.S3);
    String first = "";
    long modified = -1;
    // Two writes within one second, sooner or later.
    for (int i = 0; ; i++) {
      store.put(("content " + i % 10).getBytes(StandardCharsets.UTF_8), path("twice"));
      var status = store.status(path("twice"));
      if (status.getModificationTime() == modified) {
        assertThat(Generation.of(status)).startsWith("etag ").isNotEqualTo(first);
        return;
      }
      modified = status.getModificationTime();
      first = Generation.of(status);
    }
  }

  @Test
  void killedWriter_leavesNoPartsBehindTheNextPlan() throws Exception {
    StoreCase store = STORES.get(Kind.S3);
    store.use();
    writeLongRows();
    SpecDraft draft =
        events
            .draft("unused")
            .set("events.archive.path", folder.resolve("long").toString())
            .remove("events.fields.types")
            .aggregate(Map.of("name", "user"), Map.of("note", "first(note)"))
            .table("notes", List.of("name"), List.of("note"))
            .set("limits.corrections", 9_000)
            .set("plans", store.uri(path("plans")));
    events.database().execute("CREATE TABLE notes (name text PRIMARY KEY, note text)");
    String spec = events.write(draft);
    Predicate<String> firstPart = line -> line.startsWith("PUT ") && line.contains("partNumber=1");
    try (ErrataProcess process =
        ErrataProcess.start(
            folder,
            store.environment(folder.resolve("conf")),
            "plan",
            spec,
            "--parallelism",
            "1")) {
      store.proxy().before(firstPart, () -> process.signal("KILL"));
      process.await();
    }
    assertThat(store.proxy().count(firstPart)).as("it was killed while it wrote").isPositive();
    FlinkPlanStorage plans = FlinkPlanStorage.at(store.uri(path("plans")));
    assertThat(plans.folders("")).singleElement().asString().startsWith(".staging-");

    ErrataProcess.Ended again = run(store, "plan", spec, "--parallelism", "1", "--json");

    assertThat(again.status()).as(again.err()).isZero();
    assertThat(plans.folders("")).containsExactly(again.document("plan").path("plan").asText());
    assertThat(
            UnfinishedUploads.abort(
                FileStores.of(FileStores.path(store.uri(path("plans")))),
                FileStores.path(store.uri(path("plans")))))
        .as("uploads that were left")
        .isZero();
  }

  /** Of text that nothing makes shorter, and more than a part of it. */
  private void writeLongRows() throws IOException {
    Random random = new Random(7);
    List<String> lines = new ArrayList<>();
    byte[] note = new byte[750];
    for (int i = 0; i < 9_000; i++) {
      random.nextBytes(note);
      lines.add(
          "{\"id\":\"e%d\",\"ts\":\"2024-06-10T10:00:00Z\",\"user\":\"u%d\",\"note\":\"%s\"}"
              .formatted(i, i, Base64.getEncoder().encodeToString(note)));
    }
    Files.createDirectories(folder.resolve("long"));
    Files.write(folder.resolve("long/part-0.jsonl"), lines);
  }

  @ParameterizedTest
  @MethodSource("longer")
  void archiveOfManyObjects_isListedToItsEnd(Kind kind) throws Exception {
    List<String> lines;
    try (Stream<String> all =
        Files.list(shared.resolve("archive"))
            .sorted()
            .flatMap(
                file -> {
                  try {
                    return Files.readAllLines(file).stream();
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                })) {
      lines = all.toList();
    }
    StoreCase store = STORES.get(kind);
    store.use();
    IntStream.range(0, OBJECTS)
        .parallel()
        .forEach(
            i -> {
              List<String> own = new ArrayList<>();
              for (int line = i; line < lines.size(); line += OBJECTS) {
                own.add(lines.get(line));
              }
              // An object without an event of its own has a copy of one.
              if (own.isEmpty()) {
                own.add(lines.get(i % lines.size()));
              }
              try {
                store.put(
                    (String.join("\n", own) + "\n").getBytes(StandardCharsets.UTF_8),
                    path("many/part-%06d.jsonl".formatted(i)));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });

    PlanManifest manifest =
        Runs.plan(reading(store).set("events.archive.path", store.uri(path("many")))).manifest();

    assertThat(manifest.coverage().inputs()).hasSize(OBJECTS);
    assertThat(manifest.plan()).isEqualTo(expected.plan());
  }

  @Test
  void storeWithoutItsPlugin_isNamed() throws Exception {
    StoreCase store = store(Kind.S3);
    Map<String, String> environment = store.environment(folder.resolve("conf"));
    environment.put("FLINK_PLUGINS_DIR", Files.createDirectory(folder.resolve("empty")).toString());

    ErrataProcess.Ended ended =
        ErrataProcess.run(folder, environment, "plan", events.write(reading(store)));

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err())
        .contains("no file system for its scheme")
        .contains("Put flink-s3-fs-hadoop into a folder of its own below Flink's plugins");
  }

  @Test
  void storeWithoutCredentials_isNamed() throws Exception {
    StoreCase store = store(Kind.S3);
    Map<String, String> environment = store.environment(folder.resolve("conf"));
    environment.remove("AWS_SECRET_ACCESS_KEY");

    ErrataProcess.Ended ended =
        ErrataProcess.run(folder, environment, "plan", events.write(reading(store)));

    assertThat(ended.status()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err()).contains("no credentials were found").contains("docs/object-stores.md");
  }

  @Test
  void keyFileThatIsAbsent_isNamed() throws Exception {
    StoreCase store = store(Kind.GCS);
    Map<String, String> environment = store.environment(folder.resolve("conf"));
    environment.remove("STORAGE_EMULATOR_HOST");
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", folder.resolve("absent.json").toString());

    ErrataProcess.Ended ended =
        ErrataProcess.run(folder, environment, "plan", events.write(reading(store)));

    assertThat(ended.status()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err())
        .contains("Cannot set up Flink's file systems")
        .contains("FileNotFoundException")
        .contains("GOOGLE_APPLICATION_CREDENTIALS");
  }

  @Test
  void storeThatRefusesTheCredentials_isNamedAndKeepsThemSecret() throws Exception {
    StoreCase store = store(Kind.S3);
    Map<String, String> environment = store.environment(folder.resolve("conf"));
    environment.put("AWS_SECRET_ACCESS_KEY", "another-secret");

    ErrataProcess.Ended ended =
        ErrataProcess.run(folder, environment, "plan", events.write(reading(store)), "--debug");

    assertThat(ended.status()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err())
        .contains("the store refuses these credentials")
        .doesNotContain("another-secret")
        .doesNotContain(StoreServer.user());
  }
}
