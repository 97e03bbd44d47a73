package io.errata.testkit.ledger;

import io.errata.api.Event;
import java.math.BigDecimal;

/**
 * The ledger as it first went live, with its bug: a refund moves the money the same way again as
 * the transfer that it was to undo. It stays as it is, since what it computed is in the table.
 */
public final class LedgerWorkerV1 extends LedgerWorker {
  @Override
  public int version() {
    return 1;
  }

  @Override
  Account refund(Account state, String account, Event event, BigDecimal amount) {
    Account after = state;
    if (event.asText(FROM).equals(account)) {
      after = after.refunded(amount.negate());
    }
    if (event.asText(TO).equals(account)) {
      after = after.refunded(amount);
    }
    return after;
  }
}
