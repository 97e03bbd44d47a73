package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.it.Orchestrators.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The asset of {@code deploy/dagster} in a real Dagster, with the launcher as it is built and a
 * real database. Skipped as {@link AirflowIT} is.
 */
class DagsterIT {
  static final Path ASSETS = RepositoryFiles.root().resolve("deploy/dagster/errata_assets.py");

  /** What Dagster knows of the last materialization. */
  private static final String LATEST =
      """
      import json, dagster as dg
      with dg.DagsterInstance.get() as instance:
          latest = instance.get_latest_materialization_event(dg.AssetKey("daily_totals"))
          found = latest.asset_materialization
          print(json.dumps({"partition": found.partition} | {k: v.value for k, v in found.metadata.items()}))
      """;

  private static final Map<String, String> ENVIRONMENT = new TreeMap<>();
  private static Path python;
  private static DailyTotals totals;
  @TempDir private static Path shared;

  @BeforeAll
  static void install() throws IOException {
    python = Orchestrators.python("dagster");
    totals = DailyTotals.create(shared);
    Path home = Files.createDirectories(shared.resolve("home"));
    Files.writeString(home.resolve("dagster.yaml"), "telemetry: { enabled: false }\n");
    ENVIRONMENT.clear();
    ENVIRONMENT.putAll(
        Map.of(
            "DAGSTER_HOME",
            home.toString(),
            "ERRATA",
            RepositoryFiles.root().resolve("errata").toString(),
            "ERRATA_SPEC",
            totals.spec().toString(),
            "ERRATA_PLANS",
            shared.resolve("kept").toString(),
            "ERRATA_METRICS",
            "off",
            "JAVA_HOME",
            System.getProperty("java.home"),
            "ERRATA_JAVA_OPTS",
            Orchestrators.JAVA,
            "PGPASSWORD",
            DailyTotals.PASSWORD,
            "PYTHONDONTWRITEBYTECODE",
            "1"));
  }

  @AfterAll
  static void close() {
    if (totals != null) {
      totals.close();
    }
  }

  private static Ended run(String... arguments) {
    return Orchestrators.run(
        shared,
        ENVIRONMENT,
        Stream.concat(Stream.of(python.toString()), Stream.of(arguments)).toList());
  }

  @Test
  void partition_isCorrectedAndToldOf() throws IOException {
    List<List<String>> others = totals.rows(11);
    assertThat(totals.rows(12)).isNotEqualTo(DailyTotals.right());

    Ended ended =
        run(
            "-m",
            "dagster",
            "asset",
            "materialize",
            "--select",
            "daily_totals",
            "--partition",
            "2024-06-12",
            "-f",
            ASSETS.toString());

    assertThat(ended.status()).as(ended.text()).isZero();
    assertThat(totals.rows(12)).isEqualTo(DailyTotals.right());
    assertThat(totals.rows(11)).isEqualTo(others);
    assertThat(totals.applied()).isEqualTo(1);
    String said = run("-c", LATEST).text();
    JsonNode latest =
        new ObjectMapper()
            .readTree(said.lines().filter(line -> line.startsWith("{")).findFirst().orElse(said));
    assertThat(latest.path("plan").asText()).matches("[0-9a-f]{32}");
    assertThat(latest.path("partition").asText()).isEqualTo("2024-06-12");
    assertThat(latest.path("outcome").asText()).isEqualTo("applied");
    assertThat(latest.path("updated").asInt()).isEqualTo(41);
    assertThat(latest.path("inserted").asInt()).isEqualTo(9);
    assertThat(ended.text()).doesNotContain(DailyTotals.PASSWORD);
    assertThat(DailyTotals.leaks(shared)).isEmpty();
  }
}
