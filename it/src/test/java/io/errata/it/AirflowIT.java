package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.it.Orchestrators.Ended;
import io.errata.it.Orchestrators.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator and the DAGs of {@code deploy/airflow} in a real Airflow, with the launcher as it is
 * built and a real database. Skipped where {@code servers/install-orchestrators.sh} has not been
 * run, unless {@code ERRATA_ORCHESTRATORS} is {@code required}.
 */
class AirflowIT {
  private static final Path AIRFLOW = RepositoryFiles.root().resolve("deploy/airflow");
  private static final Map<String, String> ENVIRONMENT = new TreeMap<>();
  private static Path python;
  private static DailyTotals totals;
  @TempDir private static Path shared;

  @BeforeAll
  static void install() throws IOException {
    python = Orchestrators.python("airflow");
    totals = DailyTotals.create(shared);
    // A copy, for building leaves files behind.
    Path sources = shared.resolve("sources");
    for (String part : List.of("pyproject.toml", "README.md", "src", "dags", "tests")) {
      copy(AIRFLOW.resolve(part), sources.resolve(part));
    }
    copy(AIRFLOW.resolve("tests/dags"), sources.resolve("dags"));
    Files.writeString(
        shared.resolve("killing-launcher"),
        """
        #!/bin/sh
        if [ "$1" = apply ] && ! [ -e "$0.killed" ]; then
          touch "$0.killed"
          kill -9 $PPID
          exit 0
        fi
        exec "$ERRATA_LAUNCHER" "$@"
        """);
    assertThat(shared.resolve("killing-launcher").toFile().setExecutable(true)).isTrue();
    String launcher = RepositoryFiles.root().resolve("errata").toString();
    ENVIRONMENT.clear();
    ENVIRONMENT.putAll(
        Map.of(
            "AIRFLOW_HOME",
            shared.resolve("home").toString(),
            "AIRFLOW__CORE__LOAD_EXAMPLES",
            "False",
            "AIRFLOW_VAR_ERRATA",
            launcher,
            "AIRFLOW_VAR_ERRATA_SPEC",
            totals.spec().toString(),
            "AIRFLOW_VAR_ERRATA_FOLDER",
            shared.resolve("kept").toString(),
            "AIRFLOW_VAR_ERRATA_KILLING_LAUNCHER",
            shared.resolve("killing-launcher").toString(),
            "AIRFLOW_CONN_ERRATA_LIVE",
            totals.connection()));
    ENVIRONMENT.put("AIRFLOW__CORE__DAGS_FOLDER", sources.resolve("dags").toString());
    ENVIRONMENT.put("PYTHONPATH", shared.resolve("installed").toString());
    ENVIRONMENT.put("PYTHONDONTWRITEBYTECODE", "1");
    ENVIRONMENT.put("ERRATA_METRICS", "off");
    ENVIRONMENT.put("JAVA_HOME", System.getProperty("java.home"));
    ENVIRONMENT.put("ERRATA_JAVA_OPTS", Orchestrators.JAVA);
    // As a user installs it, but for the index.
    succeed(
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        shared.resolve("installed").toString(),
        sources.toString());
    succeed("-m", "airflow", "db", "migrate");
  }

  @AfterAll
  static void close() {
    if (totals != null) {
      totals.close();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().contains("__pycache__")) {
          Path target = to.resolve(from.relativize(file).toString()).normalize();
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    }
  }

  private static Ended run(String... arguments) {
    return Orchestrators.run(shared, ENVIRONMENT, command(arguments));
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String succeed(String... arguments) {
    Ended ended = run(arguments);
    assertThat(ended.status()).as(String.join(" ", arguments) + "\n" + ended.text()).isZero();
    return ended.text();
  }

  /** Rows of Airflow's own database, each as a list. */
  private static JsonNode ask(String query) throws IOException {
    String said =
        succeed(
            "-c",
            "import json, sqlite3, sys; print(json.dumps("
                + "sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))",
            shared.resolve("home/airflow.db").toString(),
            query);
    return new ObjectMapper().readTree(said);
  }

  private static void assertNoLeak(String text) {
    assertThat(text).doesNotContain(DailyTotals.PASSWORD);
    assertThat(DailyTotals.leaks(shared)).isEmpty();
  }

  @Test
  void backfill_correctsEachDayAndTellsOfItsPlan() throws IOException {
    assertThat(totals.rows(12)).isNotEqualTo(DailyTotals.right());
    int before = ledger();

    String said =
        succeed(
            "-m",
            "airflow",
            "dags",
            "test",
            "errata_backfill",
            "2024-06-12",
            "-c",
            "{\"from\":\"2024-06-12\",\"to\":\"2024-06-13\"}");

    assertThat(totals.rows(12)).isEqualTo(DailyTotals.right());
    assertThat(ledger()).isEqualTo(before + 1);
    assertThat(said).contains("Pausing task as DEFERRED").contains("Trigger completed");
    JsonNode told = xcom("errata_backfill", "return_value");
    assertThat(told.path("plan").asText()).matches("[0-9a-f]{32}");
    assertThat(told.path("outcome").asText()).isEqualTo("applied");
    assertThat(told.path("verified").asBoolean()).isTrue();
    assertThat(told.path("rows").path("update").asInt()).isEqualTo(41);
    assertThat(xcom("errata_backfill", "counts"))
        .isEqualTo(new ObjectMapper().readTree("{\"insert\":9,\"update\":41,\"delete\":0}"));
    assertThat(xcom("errata_backfill", "plan")).isEqualTo(told.path("plan"));
    assertNoLeak(said);
  }

  @Test
  void incident_waitsForAYes() throws IOException {
    List<List<String>> before = totals.rows(11);
    String said;
    try (Started dag =
        Orchestrators.start(
            shared,
            ENVIRONMENT,
            command(
                "-m",
                "airflow",
                "dags",
                "test",
                "errata_incident",
                "2024-06-13",
                "-c",
                "{\"from\":\"2024-06-11T00:00:00Z\",\"to\":\"2024-06-12T00:00:00Z\"}"))) {
      String question =
          succeed(
              AIRFLOW.resolve("tests/answer.py").toString(), "errata_incident", "Approve", "240");
      assertThat(question)
          .contains("Apply 50 corrections of spec.yaml?")
          .contains("to update 41, to insert 9, to delete 0 rows");
      Ended ended = dag.await();
      said = ended.text();
      assertThat(ended.status()).as(said).isZero();
    }

    assertThat(before).isNotEqualTo(DailyTotals.right());
    assertThat(totals.rows(11)).isEqualTo(DailyTotals.right());
    assertThat(said).contains("Pausing task as AWAITING_INPUT").contains("was approved by ada");
    assertThat(xcom("errata_incident", "return_value").path("outcome").asText())
        .isEqualTo("applied");
    assertNoLeak(said);
  }

  /** One run of Airflow for both: most of its time is Airflow's own. */
  @Test
  void refusedPlanIsNotTriedAgain_andAKilledApplyIsWithoutAnotherPlan() throws IOException {
    int before = ledger();

    Ended ended = run("-m", "airflow", "dags", "test", "errata_faults", "2024-06-14");

    assertThat(
            ask(
                "SELECT task_id, state, try_number FROM task_instance WHERE dag_id = 'errata_faults' ORDER BY task_id"))
        .as(ended.text())
        .isEqualTo(
            new ObjectMapper().readTree("[[\"killed\",\"success\",2],[\"refused\",\"failed\",1]]"));
    assertThat(ended.text())
        .contains("has hit a limit and isn't applied; nothing was written.")
        .contains("Cannot tell how apply has ended: its process was killed.")
        .contains("was made by the try before this one");
    Path kept = shared.resolve("kept/errata_faults/2024-06-14T000000.000000Z");
    assertThat(folders(kept.resolve("refused/1"))).containsExactly("plan", "plans");
    assertThat(folders(kept.resolve("killed/1")))
        .containsExactly("apply", "apply.1", "plan", "plans", "show");
    assertThat(folders(kept.resolve("killed/1/plans"))).hasSize(1);
    assertThat(totals.rows(10)).isEqualTo(DailyTotals.right());
    assertThat(ledger()).isEqualTo(before + 1);
    assertNoLeak(ended.text());
  }

  @Test
  void operator_keepsWhatItsOwnTestsAskFor() {
    Map<String, String> environment = new TreeMap<>(ENVIRONMENT);
    environment.put("ERRATA_IT_SPEC", totals.spec().toString());
    environment.put("ERRATA_IT_LAUNCHER", RepositoryFiles.root().resolve("errata").toString());
    List<List<String>> before = totals.rows(10);

    Ended ended =
        Orchestrators.run(
            shared,
            environment,
            command(
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--basetemp=" + shared.resolve("pytest"),
                shared.resolve("sources/tests").toString()));

    assertThat(ended.status()).as(ended.text()).isZero();
    assertThat(ended.text()).contains(" passed").doesNotContain("skipped");
    assertThat(totals.rows(10)).isEqualTo(before);
  }

  @Test
  void package_isFormattedAndTyped() throws IOException {
    Path sources = shared.resolve("sources");
    // By the same rules.
    Files.copy(DagsterIT.ASSETS, sources.resolve("errata_assets.py"));
    Map<String, String> environment = new TreeMap<>(ENVIRONMENT);
    environment.put("MYPYPATH", sources.resolve("src").toString());
    for (List<String> check :
        List.of(
            List.of("ruff", "format", "--no-cache", "--check", "."),
            List.of("ruff", "check", "--no-cache", "."),
            List.of("mypy", "--cache-dir=" + shared.resolve("mypy"), "-p", "errata_airflow"))) {
      List<String> command = new ArrayList<>(List.of(python.toString(), "-m"));
      command.addAll(check);
      Ended ended = Orchestrators.run(sources, environment, command);
      assertThat(ended.status()).as(check + "\n" + ended.text()).isZero();
    }
  }

  private static int ledger() {
    return totals.applied();
  }

  private static JsonNode xcom(String dag, String key) throws IOException {
    JsonNode found =
        ask(
            "SELECT value FROM xcom WHERE dag_id = '"
                + dag
                + "' AND task_id = 'correct' AND key = '"
                + key
                + "'");
    assertThat(found).as(dag + " " + key).hasSize(1);
    // SQLite keeps JSON as text.
    return new ObjectMapper().readTree(found.get(0).get(0).asText());
  }

  private static List<String> folders(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isDirectory)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }
}
