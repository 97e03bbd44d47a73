package io.errata.it;

/** Twice the sum of a user's amounts; never on the class path's list of workers. */
public final class DoubledWorker extends TotalsWorker {
  @Override
  public String name() {
    return "doubled";
  }

  @Override
  long add(String user, long amount) {
    return 2 * amount;
  }
}
