package io.errata.connectors;

import java.io.Serializable;

/**
 * How fast a window may be read, by all readers together.
 *
 * @param events rows or records decoded in a second at the most, wanted or not; {@link
 *     Long#MAX_VALUE} for no limit
 * @param bytes bytes taken from the store in a second at the most, as they lie there; {@link
 *     Long#MAX_VALUE} for no limit
 */
public record ReadRate(long events, long bytes) implements Serializable {
  /** As fast as can be. */
  public static final ReadRate UNLIMITED = new ReadRate(Long.MAX_VALUE, Long.MAX_VALUE);

  public ReadRate {
    if (events < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "Cannot read at " + events + " events and " + bytes + " bytes a second (at least 1)");
    }
  }

  public boolean isUnlimited() {
    return equals(UNLIMITED);
  }
}
