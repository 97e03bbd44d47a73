package io.errata.testkit.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Row;
import io.errata.api.Worker;
import io.errata.testkit.TestEvent;
import io.errata.testkit.WorkerHarness;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class LedgerWorkerTest {
  private final List<TestEvent> events = LedgerEvents.sample();

  @Test
  void version1_answersAsItAlwaysHas() {
    WorkerHarness.of(new LedgerWorkerV1()).assertGolden(events, "/golden/ledger-1.txt");
  }

  @Test
  void version2_answersAsItAlwaysHas() {
    WorkerHarness.of(new LedgerWorkerV2()).assertGolden(events, "/golden/ledger-2.txt");
  }

  @Test
  void version2_carriesOnFromBaseRows() {
    LedgerWorkerV2 worker = new LedgerWorkerV2();
    Row alice = Row.of(worker.key(), "alice");
    Row base = Row.of(worker.columns(), new BigDecimal("1.00"), 9L, new BigDecimal("0.5"));

    WorkerHarness.of(worker)
        .withBase(Map.of(alice, base))
        .assertGolden(events, "/golden/ledger-2-resumed.txt");
  }

  @Test
  void bothVersions_areFoundAsServices() {
    List<String> found = new ArrayList<>();
    ServiceLoader.load(Worker.class)
        .forEach(worker -> found.add(worker.name() + "@" + worker.version()));

    assertThat(found).contains("ledger@1", "ledger@2");
  }

  @Test
  void harness_seesAnAnswerThatDiffersFromTheGoldenFile() {
    assertThatThrownBy(
            () ->
                WorkerHarness.of(new LedgerWorkerV1()).assertGolden(events, "/golden/ledger-2.txt"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("ledger@1 against /golden/ledger-2.txt");
  }

  @Test
  void harness_ordersEventsByTimeSequenceAndId() {
    List<TestEvent> backwards = new ArrayList<>(events);
    Collections.reverse(backwards);

    assertThat(WorkerHarness.of(new LedgerWorkerV2()).run(backwards))
        .isEqualTo(WorkerHarness.of(new LedgerWorkerV2()).run(events));
  }
}
