package io.errata.testkit.ledger;

import io.errata.api.ColumnType;
import io.errata.api.Effect;
import io.errata.api.Effects;
import io.errata.api.Event;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * What the versions of the ledger have in common: the events that they know, the key, and the row.
 */
abstract class LedgerWorker implements Worker<Account> {
  static final String FROM = "from_account";
  static final String TO = "to_account";
  static final String AMOUNT = "amount";
  private static final BigDecimal LARGE = new BigDecimal("10000");

  private static final RowSchema READS =
      RowSchema.builder()
          .column(FROM, ColumnType.TEXT)
          .column(TO, ColumnType.TEXT)
          .column(AMOUNT, ColumnType.DECIMAL)
          .build();
  private static final RowSchema KEY =
      RowSchema.builder().column("account", ColumnType.TEXT).build();
  private static final RowSchema COLUMNS =
      RowSchema.builder()
          .column("balance", ColumnType.DECIMAL)
          .column("movements", ColumnType.LONG)
          .column("refunded", ColumnType.DECIMAL)
          .build();

  @Override
  public final String name() {
    return "ledger";
  }

  @Override
  public final RowSchema reads() {
    return READS;
  }

  @Override
  public final RowSchema key() {
    return KEY;
  }

  @Override
  public final RowSchema columns() {
    return COLUMNS;
  }

  /**
   * Both accounts of a transfer or refund, one of a deposit or closing, none of an event of another
   * type.
   */
  @Override
  public final List<Row> keys(Event event) {
    return switch (event.type()) {
      case "transfer", "refund" -> {
        String from = event.asText(FROM);
        String to = event.asText(TO);
        // Keys are distinct: a transfer to oneself touches one row.
        yield from.equals(to) ? List.of(account(from)) : List.of(account(from), account(to));
      }
      case "deposit" -> List.of(account(event.asText(TO)));
      case "close" -> List.of(account(event.asText(FROM)));
      default -> List.of();
    };
  }

  private static Row account(String name) {
    return Row.of(KEY, name);
  }

  @Override
  public final Account start(Row key) {
    return Account.NEW;
  }

  /** A balance carries on from before the window, and so do the counts beside it. */
  @Override
  public final Account resume(Row key, Row base) {
    return new Account(
        base.asDecimal("balance"), base.asLong("movements"), base.asDecimal("refunded"), false);
  }

  @Override
  public final Account apply(Account state, Row key, Event event, Effects effects) {
    String account = key.asText("account");
    if (event.type().equals("close")) {
      if (state.balance().signum() != 0) {
        throw new RejectedEventException("Cannot close an account that isn't empty");
      }
      return state.close();
    }
    BigDecimal amount = event.asDecimal(AMOUNT);
    if (amount.signum() <= 0) {
      throw new RejectedEventException("Cannot move an amount that isn't positive");
    }
    if (event.type().equals("refund")) {
      return refund(state, account, event, amount);
    }
    Account after = state;
    if (event.type().equals("transfer") && event.asText(FROM).equals(account)) {
      after = after.moved(amount.negate());
      if (amount.compareTo(LARGE) >= 0) {
        effects.perform(new Effect("notification", account, "large transfer " + event.id()));
      }
    }
    if (event.asText(TO).equals(account)) {
      after = after.moved(amount);
    }
    return after;
  }

  /**
   * A refund names the accounts of the transfer that it undoes: {@code amount} goes back from
   * {@code to_account} to {@code from_account}.
   */
  abstract Account refund(Account state, String account, Event event, BigDecimal amount);

  /** No row for an account that is closed. */
  @Override
  public final Optional<Row> result(Row key, Account state) {
    return state.closed()
        ? Optional.empty()
        : Optional.of(Row.of(COLUMNS, state.balance(), state.movements(), state.refunded()));
  }
}
