package io.errata.jobs.graph;

import static io.errata.jobs.graph.Fixtures.event;
import static io.errata.jobs.graph.Fixtures.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.WorkerWatch.Step;
import io.errata.jobs.worker.ReplayWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WorkerWatchTest {
  private final List<String> overdue = new ArrayList<>();
  private final WorkerWatch watch =
      WorkerWatch.unlooked("words@1", Duration.ofSeconds(3), overdue::add);

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      watch.look();
    }
  }

  @Test
  void call_thatIsMetForAsLongAsTheLimit_isOverdueOnce() {
    watch.begin(Step.EVENT, key("ann"), event("e7", "2024-06-10T12:00:00Z", 1, "ann", "x"));
    look(3);
    assertThat(overdue).isEmpty();
    look(1);
    assertThat(overdue)
        .containsExactly(
            "Cannot plan: worker words@1 took longer than PT3S for event e7 (file@0) at key user_id=ann"
                + " (limits.worker-time)\nMend the worker, or raise the limit. To correct all other keys meanwhile,"
                + " name the event in events.quarantine.");
    look(10);
    assertThat(overdue).hasSize(1);
  }

  @Test
  void manyCalls_areNotTakenForOne() {
    for (int i = 0; i < 100; i++) {
      watch.begin(Step.EVENT, key("ann"), event("e7", "2024-06-10T12:00:00Z", 1, "ann", "x"));
      look(3);
      watch.end();
    }
    look(100);
    assertThat(overdue).isEmpty();
  }

  @Test
  void timeThatErrataTakesItself_doesNotCount() {
    watch.begin(Step.EVENT, key("ann"), event("e7", "2024-06-10T12:00:00Z", 1, "ann", "x"));
    look(2);
    watch.leave();
    look(100);
    watch.comeBack();
    look(1);
    assertThat(overdue).isEmpty();
    look(1);
    assertThat(overdue).hasSize(1);
  }

  @Test
  void message_saysWhatTheWorkerWasAskedFor() {
    watch.begin(Step.KEYS, null, event("e7", "2024-06-10T12:00:00Z", 1, "ann", "x"));
    look(4);
    watch.end();
    watch.begin(Step.ROW, key("ann"), event("e8", "2024-06-10T12:00:00Z", 1, "ann", "x"));
    look(4);
    watch.end();
    watch.begin(Step.ROW, key("b".repeat(300)), null);
    look(4);
    assertThat(overdue)
        .satisfiesExactly(
            keys ->
                assertThat(keys)
                    .contains("for the keys of event e7 (file@0) (limits")
                    .endsWith("or leave the event out with filter.where."),
            row ->
                assertThat(row)
                    .contains("for the row of user_id=ann, whose last is event e8 (file@0) (limits")
                    .endsWith("name the event in events.quarantine."),
            base ->
                assertThat(base)
                    .contains("for the row of user_id=" + "b".repeat(192) + "… (limits")
                    .endsWith("\nMend the worker, or raise the limit."));
  }

  /** With a thread and a clock, as a job has them. */
  @Test
  void watch_isLookedAtByAThreadOfItsOwn() throws Exception {
    CompletableFuture<String> told = new CompletableFuture<>();
    try (WorkerWatch running =
        WorkerWatch.start(
            ReplayWorker.of(new Fixtures.WordsWorker()), Duration.ofMillis(100), told::complete)) {
      running.begin(Step.ROW, key("ann"), null);
      assertThat(told.get(30, TimeUnit.SECONDS)).contains("worker words@1 took longer than PT0.1S");
    }
  }
}
