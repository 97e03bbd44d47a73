package io.errata.testkit.ledger;

import io.errata.testkit.TestEvent;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Half an hour of payments with each case that the ledger knows; their golden files are those of
 * the versions.
 */
public final class LedgerEvents {
  private LedgerEvents() {}

  /** The events, in the order of their times; one of them twice. */
  public static List<TestEvent> sample() {
    return List.of(
        event("e01", "2024-06-10T12:00:00Z", "deposit", null, "alice", "100.00"),
        event("e02", "2024-06-10T12:00:01Z", "deposit", null, "bob", "50.5"),
        event("e03", "2024-06-10T12:05:00Z", "transfer", "alice", "bob", "30.25"),
        event("e03", "2024-06-10T12:05:00Z", "transfer", "alice", "bob", "30.25"),
        event("e05", "2024-06-10T12:10:00Z", "transfer", "bob", "carol", "20").withSequence(2),
        event("e04", "2024-06-10T12:10:00Z", "refund", "alice", "bob", "30.25").withSequence(1),
        event("e06", "2024-06-10T12:15:00Z", "deposit", null, "dora", "25000"),
        event("e07", "2024-06-10T12:16:00Z", "transfer", "dora", "alice", "12000"),
        event("e08", "2024-06-10T12:20:00Z", "transfer", "dora", "dora", "1"),
        event("e09", "2024-06-10T12:21:00Z", "deposit", null, "erin", "5"),
        event("e10", "2024-06-10T12:22:00Z", "close", "erin", null, null),
        event("e11", "2024-06-10T12:23:00Z", "deposit", null, "frank-1", "7"),
        event("e12", "2024-06-10T12:24:00Z", "transfer", "frank-1", "carol", "7"),
        event("e13", "2024-06-10T12:25:00Z", "close", "frank-1", null, null),
        event("e14", "2024-06-10T12:26:00Z", "rate-change", null, null, "1.08"));
  }

  private static TestEvent event(
      String id,
      String time,
      String type,
      @Nullable String from,
      @Nullable String to,
      @Nullable String amount) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put(LedgerWorker.FROM, from);
    fields.put(LedgerWorker.TO, to);
    fields.put(LedgerWorker.AMOUNT, amount == null ? null : new BigDecimal(amount));
    return TestEvent.of(id, time, type, new LedgerWorkerV2().reads(), fields);
  }
}
