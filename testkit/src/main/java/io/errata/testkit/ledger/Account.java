package io.errata.testkit.ledger;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * The state of one account, which all versions of the ledger share.
 *
 * @param balance what it holds
 * @param movements how many events have touched it
 * @param refunded what came back to it, and what it paid back as a negative amount
 * @param closed whether it was closed and not used again since
 */
record Account(BigDecimal balance, long movements, BigDecimal refunded, boolean closed)
    implements Serializable {
  static final Account NEW = new Account(BigDecimal.ZERO, 0, BigDecimal.ZERO, false);

  Account moved(BigDecimal amount) {
    return new Account(balance.add(amount), movements + 1, refunded, false);
  }

  Account refunded(BigDecimal amount) {
    return new Account(balance.add(amount), movements + 1, refunded.add(amount), false);
  }

  Account close() {
    return new Account(balance, movements + 1, refunded, true);
  }
}
