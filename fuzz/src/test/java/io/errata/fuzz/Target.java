package io.errata.fuzz;

import io.errata.connectors.archive.AvroFuzz;
import io.errata.connectors.archive.CsvFuzz;
import io.errata.connectors.archive.GzipFuzz;
import io.errata.connectors.archive.JsonLinesFuzz;
import io.errata.connectors.archive.ParquetFuzz;
import io.errata.connectors.expression.ExpressionFuzz;
import io.errata.connectors.kafka.AvroRecordFuzz;
import io.errata.jobs.aggregate.AggregateFuzz;
import io.errata.jobs.spec.SpecFuzz;
import io.errata.state.digest.CanonicalFormFuzz;
import io.errata.state.plan.ManifestFuzz;
import io.errata.state.plan.PlanFilesFuzz;
import io.errata.state.table.postgres.SqlTextFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What is fuzzed: each reads one input that somebody else wrote. */
enum Target {
  SPEC(SpecFuzz::read, "org.yaml.snakeyaml", "com.fasterxml.jackson"),
  AGGREGATE(AggregateFuzz::read, "net.sf.jsqlparser"),
  EXPRESSION(ExpressionFuzz::read, "net.sf.jsqlparser"),
  SQL_TEXT(SqlTextFuzz::read),
  MANIFEST(ManifestFuzz::read, "com.fasterxml.jackson"),
  PLAN_FILES(PlanFilesFuzz::read, "org.apache.parquet"),
  CSV(CsvFuzz::read, "de.siegmar.fastcsv"),
  JSON_LINES(JsonLinesFuzz::read, "com.fasterxml.jackson"),
  AVRO(AvroFuzz::read, "org.apache.avro"),
  AVRO_RECORD(AvroRecordFuzz::read, "org.apache.avro"),
  PARQUET(ParquetFuzz::read, "org.apache.parquet"),
  COMPRESSION(GzipFuzz::read, "io.airlift.compress"),
  CANONICAL_FORM(CanonicalFormFuzz::read);

  /** Reads one input; throws where something is wrong with what read it. */
  @FunctionalInterface
  interface Run {
    void read(byte[] input) throws Exception;
  }

  private final Run run;
  private final List<String> libraries;

  Target(Run run, String... libraries) {
    this.run = run;
    this.libraries = List.of(libraries);
  }

  /** The target of a name. */
  static Target of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /**
   * Reads one input.
   *
   * @throws AssertionError where what was read isn't what had to be read, or asked for too much
   *     memory
   */
  void read(byte[] input) throws Exception {
    run.read(input);
  }

  /** The classes whose branches lead the fuzzer: ours, and the libraries that do the reading. */
  String instrumented() {
    StringBuilder patterns = new StringBuilder("io.errata.**");
    libraries.forEach(library -> patterns.append(':').append(library).append(".**"));
    return patterns.toString();
  }

  /** As in file names and on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Inputs to start from, and those that once were findings. */
  List<Path> seeds() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.sorted().toList();
    }
  }

  Path folder() {
    try {
      return Path.of(Target.class.getResource("/seeds/" + this).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Words that inputs are made of, for libFuzzer; not every target has some. */
  Path dictionary() {
    return folder().resolveSibling(this + ".dict");
  }
}
