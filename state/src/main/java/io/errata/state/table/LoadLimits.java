package io.errata.state.table;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much others may have to do before Errata stops adding to it.
 *
 * @param lag the longest that a replica of the database may be behind, or null for any length
 * @param sessions the most sessions of others that may be active, or null for any number
 * @param patience how long it is waited until the store is within the limits
 */
public record LoadLimits(@Nullable Duration lag, @Nullable Integer sessions, Duration patience)
    implements Serializable {
  /** The setting that {@link #lag} is from. */
  public static final String LAG = "limits.table-lag";

  /** The setting that {@link #sessions} is from. */
  public static final String SESSIONS = "limits.table-load";

  /** How long it is waited where nothing else is said. */
  public static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Nothing is looked at. */
  public static final LoadLimits NONE = new LoadLimits(null, null);

  /** With {@link #PATIENCE}. */
  public LoadLimits(@Nullable Duration lag, @Nullable Integer sessions) {
    this(lag, sessions, PATIENCE);
  }

  public boolean isNone() {
    return lag == null && sessions == null;
  }
}
