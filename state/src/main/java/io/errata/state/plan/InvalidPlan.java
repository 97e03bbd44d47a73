package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** The refusals of a plan that is not as it was sealed. */
final class InvalidPlan {
  private InvalidPlan() {}

  static ErrataException of(String message) {
    return of(message, null);
  }

  static ErrataException of(String message, @Nullable Throwable cause) {
    return new ErrataException(
        ErrorCode.INVALID_PLAN,
        message,
        "Plan again; a plan can't be changed after it was made. The old one may be in a backup.",
        cause);
  }

  static ErrataException otherFormat(String message, String release) {
    return new ErrataException(
        ErrorCode.INVALID_PLAN,
        message,
        "Use the release that made the plan (" + release + "), or plan again.");
  }
}
