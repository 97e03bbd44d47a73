package io.errata.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that Errata ends a command with. Its message says {@code Cannot <verb> <what>:
 * <value> (<limit>)}; {@link #next()} says what to do. Neither holds a payload or a secret.
 */
public class ErrataException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final String next;

  public ErrataException(ErrorCode code, String message, String next) {
    this(code, message, next, null);
  }

  public ErrataException(ErrorCode code, String message, String next, @Nullable Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
    this.next = Objects.requireNonNull(next, "next");
  }

  public ErrorCode code() {
    return code;
  }

  /** What the person can do next. */
  public String next() {
    return next;
  }
}
