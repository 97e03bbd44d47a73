package io.errata.state.table;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.time.Duration;

/**
 * A limit of {@link LoadLimits} that a store is above now.
 *
 * @param limit the setting
 * @param seen the value that was seen and the one that is allowed, for people
 */
public record Overload(String limit, String seen) {
  /**
   * The error of one who has waited long enough.
   *
   * @param attempt what was waited for, such as {@code Cannot read the live rows}
   */
  public ErrataException error(String attempt, Duration waited) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        attempt + ": " + seen + " after " + waited.toSeconds() + " s of waiting (" + limit + ")",
        "See what keeps the database busy, then give the command again, at a quieter time or with a higher "
            + limit
            + "; nothing was written.");
  }

  @Override
  public String toString() {
    return seen + " (" + limit + ")";
  }
}
