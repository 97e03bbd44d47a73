package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How {@code bench/costs} sorts the stacks of a run by stage. Skipped where there is no {@code
 * python3}, which a build needn't have.
 */
final class CostsTest {
  private static final Path ROOT = RepositoryFiles.root();
  private static final Pattern OWN_CLASS = Pattern.compile("\"(io/errata/[\\w/]+)[\\w$.]*\"");
  private static final Pattern STAGE_OF_README =
      Pattern.compile("(?m)^\\| ([^|`]+) \\| [^|]*\\| (an event)? ?\\|$");

  private static final Offset<Double> EXACTLY = Offset.offset(1e-9);

  /** Stacks of a run of workload M, shortened, with the stage of each. */
  private static final Map<String, String> STAGE_OF_STACK = new LinkedHashMap<>();

  static {
    String fetcher = "[Source Data Fetcher for Source: events -> intake -> (pack, pack) (1/2)#0";
    String assembled =
        "java/lang/Thread.run;io/errata/connectors/read/CursorSplitReader.fetch;"
            + "io/errata/connectors/archive/ArchiveCursor.next;"
            + "io/errata/connectors/read/EventAssembler.assemble";
    String column =
        assembled
            + ";io/errata/connectors/archive/ParquetDecoder.values;"
            + "io/errata/connectors/archive/ParquetColumn.read;"
            + "org/apache/parquet/column/values/dictionary/DictionaryValuesReader.readValueDictionaryId";
    given("Listing the archive, reading its footers", "[errata-archive", "java/lang/Enum.valueOf");
    given(
        "Reading Parquet: decompressing",
        fetcher,
        column
            + ";io/errata/connectors/archive/BlockDecompressor$1.decompress;"
            + "io/airlift/compress/snappy/SnappyRawDecompressor.uncompressAll;sun/misc/Unsafe.putLong");
    given("Reading Parquet: decoding columns", fetcher, column + ";java/nio/HeapByteBuffer.get");
    given("Reading Parquet: decoding columns", fetcher, column);
    given(
        "Looking at the window, packing events",
        fetcher,
        assembled + ";io/errata/connectors/read/Conversion.time");
    given(
        "Handing events to the task of their id",
        "[Source: events -> intake -> (pack, pack) (2/2)#0",
        "io/errata/jobs/graph/PackOperator.processElement;"
            + "org/apache/flink/runtime/io/network/api/writer/RecordWriter.emit;writev");
    given(
        "Reading back what tasks hand to each other",
        "[blocking-shuffle-io-thread-3",
        "java/lang/Thread.run;__GI_read");

    String dedupe = "[dedupe by id -> pack (1/2)#0";
    String deduped =
        "io/errata/jobs/graph/SortedInputOperator.endInput;"
            + "io/errata/jobs/graph/DedupeOperator.take";
    String emitted =
        "io/errata/jobs/graph/SortedInputOperator.endInput;"
            + "io/errata/jobs/graph/DedupeOperator.taken;"
            + "io/errata/jobs/graph/FoldTable.emit;"
            + "io/errata/jobs/graph/DedupeOperator$Folding.accept";
    given(
        "Receiving and sorting by id",
        dedupe,
        "org/apache/flink/streaming/runtime/io/AbstractStreamTaskNetworkInput.emitNext;"
            + "jlong_disjoint_arraycopy");
    given(
        "Receiving and sorting by id",
        dedupe,
        deduped
            + ";io/errata/jobs/sort/RecordSorter$InPartitions.next;"
            + "io/errata/jobs/sort/SpilledPartitions.read;__pread64");
    given(
        "Telling copies of an id apart",
        dedupe,
        deduped + ";io/errata/jobs/graph/EventContent.of;java/time/Instant.toString");
    given(
        "Adding up by key",
        dedupe,
        deduped
            + ";io/errata/jobs/graph/FoldTable.add;"
            + "io/errata/connectors/event/PackedEvents.locate");
    given("Adding up by key", dedupe, emitted + ";io/errata/jobs/graph/KeyRows.of");
    given(
        "Handing keys to their task",
        dedupe,
        emitted
            + ";io/errata/jobs/graph/PackOperator.processElement;"
            + "io/errata/jobs/graph/KeyedPacking.write");
    given(
        "Reading live rows",
        "[Source: live rows -> pack (1/2)#0",
        "io/errata/jobs/graph/LiveRowReader.pollNext;"
            + "io/errata/state/table/postgres/CopyRowReader.next");

    String replay = "[replay and compare -> plan files (2/2)#0";
    String replayed =
        "io/errata/jobs/graph/SortedInputOperator.endInput;"
            + "io/errata/jobs/graph/ReplayOperator.take";
    given(
        "Receiving and sorting by key",
        replay,
        "io/errata/jobs/graph/SortedInputOperator.processElement;"
            + "io/errata/jobs/sort/RecordSorter.add");
    given(
        "Recomputing and comparing rows",
        replay,
        replayed
            + ";io/errata/jobs/aggregate/Template.digest;sun/security/provider/MD5.implDigest");
    given(
        "Writing the plan's files",
        replay,
        replayed
            + ";io/errata/jobs/graph/PlanFileOperator.processElement;"
            + "org/apache/parquet/hadoop/ParquetWriter.write");
    given("Writing the plan's files", "[summary -> end: Writer (1/1)#0", "java/lang/Thread.run");

    String command = "io/errata/jobs/cli/Main.main;io/errata/jobs/cli/RunCommand.run";
    given(
        "Applying the corrections",
        "[main",
        command + ";io/errata/jobs/cli/PlanWriting.apply;__GI_recv");
    given(
        "Starting Flink, planning the job", "[main", command + ";io/errata/jobs/plan/Planner.plan");
    given(
        "Starting Flink, planning the job",
        "[flink-pekko.actor.default-dispatcher-4",
        "java/util/concurrent/ForkJoinPool.scan");
    given(
        "Loading and linking classes",
        dedupe,
        deduped + ";java/lang/ClassLoader.loadClass;SystemDictionary::load_instance_class");
    given(
        "Java's compilers",
        "[C2 CompilerThre",
        "start_thread;SystemDictionary::find_constrained_instance_or_array_klass");
    given("Java's garbage collector", "[GC Thread#1", "start_thread;__memcpy_avx512");
    given(
        "The profiler itself",
        "[main",
        command
            + ";java/lang/ClassLoader.loadClass;"
            + "JvmtiExport::post_class_prepare;VM::loadMethodIDs");
    given("Other", "[Reference Handler", "java/lang/ref/Reference$ReferenceHandler.run");
    given("Other", "[", "start_thread;WatcherThread::run");
  }

  @TempDir private Path folder;

  private static void given(String stage, String thread, String frames) {
    String stack = thread + " tid=" + (1_000 + STAGE_OF_STACK.size()) + "];" + frames;
    assertThat(STAGE_OF_STACK.put(stack, stage)).isNull();
  }

  @BeforeAll
  static void findPython() {
    assumeThat(
            Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "python3"))))
        .as("python3 in the PATH")
        .isTrue();
  }

  @Test
  void stack_isOfOneStage() throws IOException, InterruptedException {
    Path stacks = Files.write(folder.resolve("stacks.txt"), STAGE_OF_STACK.keySet());

    String said =
        python(
            "for stack in open(sys.argv[1]).read().splitlines(): print(costs.stage_of(stack))",
            stacks.toString());

    assertThat(said.lines()).containsExactlyElementsOf(STAGE_OF_STACK.values());
  }

  @Test
  void stages_areEachShown() throws IOException, InterruptedException {
    String said = python("print('\\n'.join(costs.STAGES))");

    assertThat(STAGE_OF_STACK.values()).containsAll(said.lines().toList());
  }

  @Test
  void stages_areThoseOfTheReadme() throws IOException, InterruptedException {
    String said =
        python("for stage, each in costs.STAGES.items(): print(stage, 'an event' if each else '')");

    String readme = Files.readString(ROOT.resolve("bench/README.md"));
    assertThat(
            STAGE_OF_README
                .matcher(readme)
                .results()
                .map(row -> row.group(1) + " " + (row.group(2) == null ? "" : row.group(2))))
        .containsExactlyElementsOf(said.lines().toList());
  }

  @Test
  void shares_addUpToWhatTheKernelCounted() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    // Each stack as often as its place, so that no two stages have the same sum by chance.
    STAGE_OF_STACK.forEach((stack, stage) -> lines.add(stack + " " + (lines.size() + 1)));
    Path stacks = Files.write(folder.resolve("stacks.txt"), lines);
    int samples = lines.size() * (lines.size() + 1) / 2;

    JsonNode found =
        new ObjectMapper()
            .readTree(
                python(
                    """
                    found = costs.shared_out(costs.samples_of(pathlib.Path(sys.argv[1])), 50.0, 20_000_000)
                    print(json.dumps([cost._asdict() for cost in found]))
                    """,
                    stacks.toString()));

    assertThat(sum(found, "samples")).isEqualTo(samples);
    assertThat(sum(found, "share")).isCloseTo(1.0, EXACTLY);
    assertThat(sum(found, "cpu")).isCloseTo(50.0, EXACTLY);
    JsonNode snappy = found.get(1);
    assertThat(snappy.path("samples").asInt()).isEqualTo(2);
    assertThat(snappy.path("cpu").asDouble()).isCloseTo(50.0 * 2 / samples, EXACTLY);
    assertThat(snappy.path("nanos").asDouble()).isCloseTo(2_500.0 * 2 / samples, EXACTLY);
    assertThat(found.get(0).path("nanos").isNull()).isTrue();
  }

  @Test
  void table_endsWithBothTotals() throws IOException, InterruptedException {
    String said =
        python(
            """
            found = costs.shared_out({costs.FOLD: 3, costs.COMPILE: 1}, 50.0, 20_000_000)
            print(costs.table(found, 20_000_000, "duckdb", 12.5))
            """);

    assertThat(said)
        .startsWith("| Stage | CPU s | Share | ns an event |\n|---|---|---|---|\n")
        .contains(
            "| Adding up by key | 37.50 | 75.0% | 1875 |\n",
            "| Java's compilers | 12.50 | 25.0% |  |\n",
            "| Telling copies of an id apart | 0.00 | 0.0% | 0 |\n")
        .endsWith("| **errata** | 50.00 | 100.0% | 2500 |\n| **duckdb** | 12.50 | | 625 |\n\n");
  }

  @Test
  void stacks_mustHaveSamples() throws IOException, InterruptedException {
    Path stacks = Files.createFile(folder.resolve("stacks.txt"));

    String said =
        python(
            """
            try:
                costs.samples_of(pathlib.Path(sys.argv[1]))
            except ValueError as e:
                print(e)
            """,
            stacks.toString());

    assertThat(said)
        .isEqualTo("%s has no samples; give a workload of more events\n".formatted(stacks));
  }

  /** A class under another name would be of another stage, and nobody would notice. */
  @Test
  void classes_areThere() throws IOException {
    String program = Files.readString(ROOT.resolve("bench/comparison/costs.py"));
    List<String> classes =
        OWN_CLASS.matcher(program).results().map(named -> named.group(1)).distinct().toList();

    assertThat(classes).hasSizeGreaterThan(10);
    assertThat(classes)
        .allMatch(
            name ->
                Stream.of("connectors", "jobs")
                    .map(module -> ROOT.resolve(module + "/src/main/java"))
                    .anyMatch(
                        sources ->
                            name.endsWith("/")
                                ? Files.isDirectory(sources.resolve(name))
                                : Files.isRegularFile(sources.resolve(name + ".java"))));
  }

  private static double sum(JsonNode found, String measure) {
    double sum = 0;
    for (JsonNode cost : found) {
      sum += cost.path(measure).asDouble();
    }
    return sum;
  }

  private String python(String program, String... arguments)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out.txt");
    List<String> command =
        new ArrayList<>(List.of("python3", "-c", "import json, pathlib, sys, costs\n" + program));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(ROOT.resolve("bench/comparison").toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    // Python must not write into the checkout.
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(out);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
