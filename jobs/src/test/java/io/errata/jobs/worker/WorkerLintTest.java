package io.errata.jobs.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Worker;
import io.errata.jobs.worker.LintFinding.Severity;
import io.errata.testkit.ledger.LedgerWorkerV1;
import io.errata.testkit.ledger.LedgerWorkerV2;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerLintTest {
  static Stream<Arguments> suspects() {
    return Stream.of(
        Arguments.of(new SuspectWorkers.WallClock(), "System.currentTimeMillis"),
        Arguments.of(new SuspectWorkers.NanoClock(), "System.nanoTime"),
        Arguments.of(new SuspectWorkers.Now(), "Instant.now"),
        Arguments.of(new SuspectWorkers.Today(), "LocalDate.now"),
        Arguments.of(new SuspectWorkers.OldDate(), "new Date"),
        Arguments.of(new SuspectWorkers.SystemClock(), "Clock.systemUTC"),
        Arguments.of(new SuspectWorkers.OldCalendar(), "Calendar.getInstance"),
        Arguments.of(new SuspectWorkers.Chance(), "Math.random"),
        Arguments.of(new SuspectWorkers.UnseededRandom(), "new Random"),
        Arguments.of(new SuspectWorkers.ThreadRandom(), "ThreadLocalRandom.current"),
        Arguments.of(new SuspectWorkers.Uuid(), "UUID.randomUUID"),
        Arguments.of(new SuspectWorkers.UuidByReference(), "UUID.randomUUID"),
        Arguments.of(new SuspectWorkers.Shuffle(), "Collections.shuffle"),
        Arguments.of(new SuspectWorkers.Network(), "new Socket"),
        Arguments.of(new SuspectWorkers.Http(), "HttpClient.newHttpClient"),
        Arguments.of(new SuspectWorkers.OldFile(), "new File"),
        Arguments.of(new SuspectWorkers.NewFiles(), "Files.size"),
        Arguments.of(new SuspectWorkers.Environment(), "System.getenv"),
        Arguments.of(new SuspectWorkers.Property(), "System.getProperty"),
        Arguments.of(new SuspectWorkers.MachineLocale(), "Locale.getDefault"),
        Arguments.of(new SuspectWorkers.MachineTimeZone(), "TimeZone.getDefault"),
        Arguments.of(new SuspectWorkers.Zone(), "ZoneId.systemDefault"),
        Arguments.of(new SuspectWorkers.Format(), "String.format"),
        Arguments.of(new SuspectWorkers.Formatted(), "String.formatted"),
        Arguments.of(new SuspectWorkers.Bytes(), "String.getBytes"),
        Arguments.of(new SuspectWorkers.Text(), "new String"),
        Arguments.of(new SuspectWorkers.LowerCase(), "String.toLowerCase"),
        Arguments.of(new SuspectWorkers.Pattern(), "DateTimeFormatter.ofPattern"),
        Arguments.of(new SuspectWorkers.Identity(), "System.identityHashCode"),
        Arguments.of(new SuspectWorkers.ObjectHash(), "Object.hashCode"),
        Arguments.of(new SuspectWorkers.HashOrder(), "Map.keySet"),
        Arguments.of(new SuspectWorkers.SaltedOrder(), "Set.iterator"),
        Arguments.of(new SuspectWorkers.CollectedOrder(), "Set.stream"),
        Arguments.of(new SuspectWorkers.Parallel(), "Stream.parallel"),
        Arguments.of(new SuspectWorkers.ParallelStream(), "List.parallelStream"),
        Arguments.of(new SuspectWorkers.OwnThread(), "new Thread"),
        Arguments.of(new SuspectWorkers.Executor(), "Executors.newCachedThreadPool"),
        Arguments.of(new SuspectWorkers.Future(), "CompletableFuture.supplyAsync"),
        Arguments.of(new SuspectWorkers.StaticField(), "StaticField.counter ="),
        Arguments.of(new SuspectWorkers.OwnField(), "OwnField.kept ="),
        Arguments.of(new SuspectWorkers.Print(), "System.out"),
        Arguments.of(new SuspectWorkers.OtherClass(), "System.currentTimeMillis"),
        Arguments.of(new SuspectWorkers.Process(), "Runtime.getRuntime"));
  }

  @ParameterizedTest
  @MethodSource("suspects")
  void findings_nameWhatIsWrong(Worker<?> worker, String what) {
    List<LintFinding> findings = WorkerLint.findings(worker);

    assertThat(findings).extracting(LintFinding::what).contains(what);
    assertThat(findings)
        .filteredOn(finding -> finding.what().equals(what))
        .allSatisfy(
            finding -> {
              assertThat(finding.why()).isNotBlank();
              assertThat(finding.type()).startsWith("io.errata.jobs.worker.SuspectWorkers$");
            });
  }

  @Test
  void findings_ofHashOrderAreWarnings() {
    assertThat(WorkerLint.findings(new SuspectWorkers.HashOrder()))
        .isNotEmpty()
        .allMatch(finding -> finding.severity() == Severity.WARNING);
    assertThat(WorkerLint.findings(new SuspectWorkers.WallClock()))
        .hasToString(
            "[io.errata.jobs.worker.SuspectWorkers$WallClock.step: System.currentTimeMillis (the clock says something else each"
                + " time: use the event's time)]");
  }

  @Test
  void findings_ofTheLedgerAreNone() {
    assertThat(WorkerLint.findings(new LedgerWorkerV1())).isEmpty();
    assertThat(WorkerLint.findings(new LedgerWorkerV2())).isEmpty();
  }

  @Test
  void findings_ofAnInnocentWorkerAreNone() {
    assertThat(WorkerLint.findings(new SuspectWorker())).isEmpty();
  }
}
