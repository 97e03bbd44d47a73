package io.errata.jobs.spec;

import io.errata.connectors.ReadRate;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When a plan is not applied, and how fast events are read.
 *
 * @param corrections the most corrections of all kinds; unlimited where empty
 * @param deletes the most rows that may be deleted
 * @param quarantine the most keys that may be left out
 * @param missingCoverage what to do where the source no longer holds all of the window
 * @param rate how fast events may be read
 * @param connections the most that a plan has to the live table's database at once; unlimited where
 *     empty
 * @param workerTime how long a worker may take for one event or row; zero for no limit
 */
public record LimitsSpec(
    Optional<Amount> corrections,
    Amount deletes,
    Amount quarantine,
    MissingCoverage missingCoverage,
    ReadRate rate,
    Optional<Integer> connections,
    Duration workerTime) {

  /** A plan's own connections to a table: that of the open table, and that of the snapshot. */
  private static final int OWN_CONNECTIONS = 2;

  /** Those of a task that reads rows of a table: that of the open table, and that which reads. */
  private static final int CONNECTIONS_PER_READER = 2;

  /**
   * The fewest connections that are enough for one reader.
   *
   * @param tables how many tables are read
   */
  static int fewestConnections(int tables) {
    return tables * (OWN_CONNECTIONS + CONNECTIONS_PER_READER);
  }

  /**
   * How many tasks may read the rows of each table.
   *
   * @param tables how many tables are read
   * @return empty where any number may
   */
  public OptionalInt readers(int tables) {
    return connections
        .map(most -> OptionalInt.of((most / tables - OWN_CONNECTIONS) / CONNECTIONS_PER_READER))
        .orElse(OptionalInt.empty());
  }

  /** What to do where the source no longer holds all of the window. */
  public enum MissingCoverage {
    FAIL,
    ALLOW
  }

  /**
   * A number of rows, or a share of the live rows in scope.
   *
   * @param value a number from 0, or percent from 0 to 100
   * @param unit which of the two
   */
  public record Amount(double value, Unit unit) {
    /** What an amount counts. */
    public enum Unit {
      ROWS,
      PERCENT
    }

    /**
     * Whether so many rows are more than allowed.
     *
     * @param of what a percentage is of
     */
    public boolean exceededBy(long rows, long of) {
      // In decimals: 0.29 percent of 10000 rows are 29, and not a little less.
      BigDecimal allowed = BigDecimal.valueOf(value);
      if (unit == Unit.PERCENT) {
        allowed = allowed.multiply(BigDecimal.valueOf(of)).movePointLeft(2);
      }
      return BigDecimal.valueOf(rows).compareTo(allowed) > 0;
    }

    /** As the spec has it, such as {@code 5%}. */
    @Override
    public String toString() {
      String number =
          value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
      return unit == Unit.ROWS ? number : number + "%";
    }
  }
}
