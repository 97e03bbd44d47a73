package io.errata.jobs.demo;

/** What each user's day comes to: as it is, and as the service with the bug has stored it. */
final class DemoTotals {
  private final long[] cents;
  private final long[] storedCents;
  private final int[] events;

  DemoTotals(int users) {
    this.cents = new long[users];
    this.storedCents = new long[users];
    this.events = new int[users];
  }

  void add(int user, long amountCents, DemoEvent.Kind kind, boolean whileTheBugRan) {
    if (kind == DemoEvent.Kind.LOGIN) {
      return;
    }
    boolean refund = kind == DemoEvent.Kind.REFUND;
    cents[user] += refund ? -amountCents : amountCents;
    // The bug: a refund was added instead of subtracted.
    storedCents[user] += refund && !whileTheBugRan ? -amountCents : amountCents;
    events[user]++;
  }

  int users() {
    return cents.length;
  }

  /** Whether the user has a row at all. */
  boolean hasRow(int user) {
    return events[user] > 0;
  }

  long storedCents(int user) {
    return storedCents[user];
  }

  int events(int user) {
    return events[user];
  }

  /** Whether what is stored is not what it should be. */
  boolean isWrong(int user) {
    return cents[user] != storedCents[user];
  }
}
