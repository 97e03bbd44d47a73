package io.errata.jobs.telemetry;

import java.time.Clock;
import java.util.Map;

/** Whether spans are wanted. */
final class Traces {
  private Traces() {}

  static Trace open(Map<String, String> environment, Clock clock) {
    return Trace.NONE;
  }
}
