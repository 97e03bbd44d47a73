package io.errata.jobs.demo;

/**
 * How much the demo makes.
 *
 * @param events how many, from {@value #FEWEST} to {@value #MOST}
 * @param seed of what is drawn: the same seed makes the same events
 */
record DemoOptions(int events, long seed) {
  static final int FEWEST = 1_000;
  static final int MOST = 50_000_000;

  /** Twenty events a user and day: enough that most users have a refund. */
  int users() {
    return Math.max(50, events / 20);
  }
}
