package io.errata.connectors.read;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The input says something that it must not, as opposed to a store that fails: the rest of the
 * split is a gap.
 */
public final class ContentException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what is wrong, without values
   */
  public ContentException(String message) {
    this(message, null);
  }

  public ContentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
