package io.errata.jobs.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RejectedEventException;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import io.errata.testkit.ledger.LedgerWorkerV1;
import io.errata.testkit.ledger.LedgerWorkerV2;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

class WorkerCatalogTest {
  /** A worker whose name, version, date and columns are given. */
  static final class Made extends SuspectWorker {
    private final String name;
    private final int version;
    private final String from;
    private final String column;

    Made(String name, int version, String from, String column) {
      this.name = name;
      this.version = version;
      this.from = from;
      this.column = column;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int version() {
      return version;
    }

    @Override
    public Instant effectiveFrom() {
      return Instant.parse(from);
    }

    @Override
    public RowSchema columns() {
      return RowSchema.builder().column(column, ColumnType.LONG).build();
    }
  }

  private static final String JUNE = "2024-06-01T00:00:00Z";
  private static final String JULY = "2024-07-01T00:00:00Z";

  private final WorkerCatalog catalog =
      WorkerCatalog.of(
          List.of(new LedgerWorkerV2(), new Made("totals", 3, JULY, "n"), new LedgerWorkerV1()));

  private static void assertInvalid(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_WORKER);
              assertThat(e.getMessage()).contains(parts);
              assertThat(e.next()).isNotBlank();
            });
  }

  @Test
  void load_findsTheLedgerByItsService() {
    WorkerCatalog loaded = WorkerCatalog.load(WorkerCatalogTest.class.getClassLoader());

    assertThat(loaded.find("ledger", 2)).isInstanceOf(LedgerWorkerV2.class);
    assertThat(loaded.find("ledger", 1)).isInstanceOf(LedgerWorkerV1.class);
  }

  @Test
  void load_namesTheClassThatCantBeMade(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Worker.class.getName()), "com.example.Gone\n");
    try (URLClassLoader classes =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, WorkerCatalogTest.class.getClassLoader())) {
      assertInvalid(() -> WorkerCatalog.load(classes), "Cannot load a worker", "com.example.Gone");
    }
  }

  @Test
  void load_namesTheClassThatIsForALaterJava(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Worker.class.getName()), "Future\n");
    ClassWriter future = new ClassWriter(0);
    future.visit(999, Opcodes.ACC_PUBLIC, "Future", null, "java/lang/Object", null);
    Files.write(folder.resolve("Future.class"), future.toByteArray());
    try (URLClassLoader classes =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, WorkerCatalogTest.class.getClassLoader())) {
      assertInvalid(
          () -> WorkerCatalog.load(classes),
          "Cannot load a worker: java.lang.UnsupportedClassVersionError: Future");
    }
  }

  @Test
  void find_ofAMissingNameNamesTheNearest() {
    assertInvalid(
        () -> catalog.find("leger", 1),
        "Cannot find worker leger (there are ledger, totals)",
        "did you mean ledger?");
    assertInvalid(() -> WorkerCatalog.of(List.of()).find("ledger", 1), "there are none");
  }

  @Test
  void find_ofAMissingVersionNamesThoseThatThereAre() {
    assertInvalid(
        () -> catalog.find("ledger", 7), "Cannot find version 7 of worker ledger (there are 1, 2)");
  }

  @Test
  void catalog_refusesTwoOfOneVersion() {
    assertInvalid(
        () -> WorkerCatalog.of(List.of(new LedgerWorkerV1(), new LedgerWorkerV1())),
        "ledger@1",
        "LedgerWorkerV1");
    assertInvalid(
        () -> WorkerCatalog.of(List.of(new Made("x", 0, JUNE, "n"))), "x@0", "a version from 1");
    assertInvalid(() -> WorkerCatalog.of(List.of(new Made(" ", 1, JUNE, "n"))), "a name");
  }

  @Test
  void asOf_ordersVersionsByTheirDates() {
    List<Worker<?>> versions = catalog.asOf("ledger");

    assertThat(versions).extracting(worker -> worker.version()).containsExactly(1, 2);
    ReplayWorker worker = ReplayWorker.asOf(versions);
    assertThat(worker.inForce(Instant.parse("2024-06-10T12:29:59.999Z")).version()).isEqualTo(1);
    assertThat(worker.inForce(Instant.parse("2024-06-10T12:30:00Z")).version()).isEqualTo(2);
  }

  @Test
  void event_beforeTheFirstEffectiveDate_isRejected() {
    ReplayWorker worker = ReplayWorker.asOf(catalog.asOf("totals"));

    assertThatThrownBy(() -> worker.inForce(Instant.parse(JUNE)))
        .isInstanceOf(RejectedEventException.class)
        .hasMessage("no version of worker totals is in force at the time of the event");
  }

  @Test
  void asOf_refusesVersionsThatDontFitTogether() {
    Made first = new Made("totals", 1, JUNE, "n");

    assertInvalid(
        () -> WorkerCatalog.of(List.of(first, new Made("totals", 2, JUNE, "n"))).asOf("totals"),
        "totals@1 and totals@2",
        "both are in force from 2024-06-01T00:00:00Z");
    assertInvalid(
        () -> WorkerCatalog.of(List.of(first, new Made("totals", 2, JULY, "m"))).asOf("totals"),
        "their columns differ");
    assertInvalid(() -> catalog.asOf("nobody"), "Cannot find worker nobody");
  }

  @Test
  void codeDigest_isOfTheClassAndWhatIsNestedInIt() {
    assertThat(WorkerCatalog.codeDigest(new LedgerWorkerV1()))
        .isEqualTo(WorkerCatalog.codeDigest(new LedgerWorkerV1()));
    assertThat(WorkerCatalog.codeDigest(new LedgerWorkerV1()))
        .isNotEqualTo(WorkerCatalog.codeDigest(new LedgerWorkerV2()));
  }
}
