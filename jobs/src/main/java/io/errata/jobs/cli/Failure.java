package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a command failed: for people, as JSON, and as exit status. */
final class Failure {
  private final ErrorCode code;
  private final String message;
  private final String next;
  private final Throwable thrown;

  private Failure(ErrorCode code, String message, String next, Throwable thrown) {
    this.code = code;
    this.message = message;
    this.next = next;
    this.thrown = thrown;
  }

  /** Reads what was thrown: after a cancellation, whatever came of it means that it was stopped. */
  static Failure of(Throwable thrown, Cancellation cancellation) {
    ErrataException known = known(thrown);
    if (cancellation.cancelled() && (known == null || known.code() != ErrorCode.UNKNOWN_OUTCOME)) {
      known = Cancellation.error();
    }
    if (known != null) {
      return new Failure(known.code(), String.valueOf(known.getMessage()), known.next(), thrown);
    }
    if (isOutOfMemory(thrown)) {
      return new Failure(
          ErrorCode.INTERNAL,
          "Cannot go on: the memory is used up ("
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB of heap)",
          "Give it more, such as ERRATA_JAVA_OPTS=-Xmx4g. Nothing is half done.",
          thrown);
    }
    return new Failure(
        ErrorCode.INTERNAL,
        "Cannot go on: this is a bug in Errata (" + thrown.getClass().getName() + ")",
        "Please report it with the stack trace.",
        thrown);
  }

  /** The outermost that says what to do; frameworks wrap what a task or a listener threw. */
  private static @Nullable ErrataException known(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth < 50; t = t.getCause(), depth++) {
      if (t instanceof ErrataException known) {
        return known;
      }
    }
    return null;
  }

  private static boolean isOutOfMemory(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth < 50; t = t.getCause(), depth++) {
      if (t instanceof OutOfMemoryError) {
        return true;
      }
    }
    return false;
  }

  ErrorCode code() {
    return code;
  }

  int exitStatus() {
    return code.exitStatus();
  }

  ObjectNode document() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("code", code.name())
        .put("kind", code.kind().name().toLowerCase(Locale.ROOT))
        .put("message", message)
        .put("next", next);
  }

  /**
   * Tells people, with the stack trace where it is wanted, or where it is to be found where this is
   * a bug.
   */
  void tell(Console console, boolean debug) {
    console.tell(console.styledError(Style.BAD, "errata: ") + message);
    console.tell("  " + next);
    if (debug) {
      console.tell(trace());
    } else if (code == ErrorCode.INTERNAL) {
      console.tell("  " + keepTrace());
    }
  }

  private String keepTrace() {
    try {
      Path file = Files.createTempFile("errata-bug-", ".log");
      Files.writeString(file, trace(), StandardCharsets.UTF_8);
      return "The stack trace is in " + file;
    } catch (IOException e) {
      return "The same command with --debug shows the stack trace.";
    }
  }

  private String trace() {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace, true));
    return trace.toString();
  }
}
