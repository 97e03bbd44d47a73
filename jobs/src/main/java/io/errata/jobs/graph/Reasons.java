package io.errata.jobs.graph;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RejectedEventException;
import io.errata.connectors.event.EventRecord;
import org.jspecify.annotations.Nullable;

/** Why an event could not be used, in words that hold no payload. */
final class Reasons {
  private static final int DEEPEST = 50;

  private Reasons() {}

  /**
   * The message of an exception that is made to be shown; of any other its class, whose message may
   * hold a value.
   *
   * @param event that the worker had, or null where it had none
   * @throws ErrataException where what was thrown says nothing of the event: INVALID_WORKER where
   *     the worker can't run here, INTERNAL where the memory is used up
   * @throws Error where the JVM itself is at fault
   */
  static String of(Throwable thrown, @Nullable EventRecord event) {
    if (thrown instanceof RejectedEventException || thrown instanceof ErrataException) {
      return String.valueOf(thrown.getMessage());
    }
    if (isOutOfMemory(thrown)) {
      throw new ErrataException(
          ErrorCode.INTERNAL,
          "Cannot go on: the memory is used up ("
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB of heap) while the worker has "
              + at(event),
          "Give it more, such as ERRATA_JAVA_OPTS=-Xmx4g. Where that event alone is at fault, name it in"
              + " events.quarantine. Nothing is half done.",
          thrown);
    }
    if (thrown instanceof LinkageError) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot run the worker: " + thrown + " (it has " + at(event) + ")",
          "See that all classes that it needs are beside it, for this release of Java. Nothing was written.",
          thrown);
    }
    if (thrown instanceof StackOverflowError) {
      // Where it happened depends on the size of the stack and on what is compiled.
      return "the worker threw java.lang.StackOverflowError";
    }
    if (thrown instanceof VirtualMachineError error) {
      throw error;
    }
    StackTraceElement[] trace = thrown.getStackTrace();
    return "the worker threw "
        + thrown.getClass().getName()
        + (trace.length == 0 ? "" : " at " + trace[0]);
  }

  private static String at(@Nullable EventRecord event) {
    return event == null
        ? "no event"
        : "event " + event.knownId().orElse("without an id") + " (" + event.position() + ")";
  }

  /** A class that could not be made for want of memory shows as one that isn't there. */
  private static boolean isOutOfMemory(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth < DEEPEST; t = t.getCause(), depth++) {
      if (t instanceof OutOfMemoryError) {
        return true;
      }
    }
    return false;
  }
}
