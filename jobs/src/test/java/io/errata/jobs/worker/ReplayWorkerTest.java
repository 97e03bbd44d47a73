package io.errata.jobs.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Position;
import io.errata.api.RowSchema;
import io.errata.connectors.event.EventRecord;
import io.errata.jobs.worker.WorkerCatalogTest.Made;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayWorkerTest {
  private static final Instant NOON = Instant.parse("2024-06-10T12:00:00Z");
  private static final ReplayWorker AS_OF =
      ReplayWorker.asOf(
          List.of(
              new Made("totals", 2, NOON.toString(), "total"),
              new Made("totals", 1, "2024-06-01T00:00:00Z", "total")));

  @Test
  void versionOfAnEvent_isThatOfItsTime() {
    assertThat(AS_OF.inForce(event(NOON.minusNanos(1))).version()).isEqualTo(1);
    assertThat(AS_OF.inForce(event(NOON)).version()).isEqualTo(2);
  }

  private static EventRecord event(Instant time) {
    return new EventRecord(
        RowSchema.builder().build(),
        "a",
        time,
        "",
        new Object[0],
        new Object[0],
        new Position("file", 0),
        null);
  }
}
