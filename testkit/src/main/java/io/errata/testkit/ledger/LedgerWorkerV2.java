package io.errata.testkit.ledger;

import io.errata.api.Event;
import java.math.BigDecimal;
import java.time.Instant;

/** The ledger with refunds that go back. In force since the day on which it went live. */
public final class LedgerWorkerV2 extends LedgerWorker {
  @Override
  public int version() {
    return 2;
  }

  @Override
  public Instant effectiveFrom() {
    return Instant.parse("2024-06-10T12:30:00Z");
  }

  @Override
  Account refund(Account state, String account, Event event, BigDecimal amount) {
    Account after = state;
    if (event.asText(FROM).equals(account)) {
      after = after.refunded(amount);
    }
    if (event.asText(TO).equals(account)) {
      after = after.refunded(amount.negate());
    }
    return after;
  }
}
