package io.errata.jobs.graph;

import io.errata.api.ErrataException;
import io.errata.api.RejectedEventException;

/** Why an event could not be used, in words that hold no payload. */
final class Reasons {
  private Reasons() {}

  /**
   * The message of an exception that is made to be shown; of any other its class, whose message may
   * hold a value.
   */
  static String of(RuntimeException e) {
    if (e instanceof RejectedEventException || e instanceof ErrataException) {
      return String.valueOf(e.getMessage());
    }
    StackTraceElement[] trace = e.getStackTrace();
    return "the worker threw "
        + e.getClass().getName()
        + (trace.length == 0 ? "" : " at " + trace[0]);
  }
}
