package io.errata.connectors.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a file system threw, as text. Its own classes may be those of a plugin of Flink's, and who
 * hears of it in another process, as of a task that failed, can't read these, nor an error that was
 * caused by one.
 */
public final class ToldFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** Causes of causes that are kept. */
  private static final int DEEPEST = 32;

  private ToldFailure(String text, @Nullable Throwable cause) {
    super(text, cause);
  }

  /** The same with its causes, each as its class and message, and where it was thrown. */
  public static ToldFailure of(Throwable failure) {
    return of(failure, DEEPEST);
  }

  private static ToldFailure of(Throwable failure, int depth) {
    @Nullable Throwable cause = depth == 0 ? null : failure.getCause();
    ToldFailure told =
        new ToldFailure(failure.toString(), cause == null ? null : of(cause, depth - 1));
    told.setStackTrace(failure.getStackTrace());
    return told;
  }

  /** The text alone, which begins with the class of what was thrown. */
  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
