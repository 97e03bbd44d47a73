package io.errata.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.kubernetes.Handover.Stream;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.telemetry.Telemetry;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a verb's words go: the result's text to standard output, or with {@code --json} one
 * document there and the text to standard error; errors and progress to standard error, always.
 */
public final class Console {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final PrintStream out;
  private final ErrorStream errors;
  private final PrintStream err;
  private final Terminal terminal;
  private final Cancellation cancellation;
  private final Telemetry telemetry;
  private final Optional<HandedOver> handedOver;
  private final boolean json;
  private final boolean quiet;

  Console(
      PrintStream out,
      ErrorStream errors,
      Terminal terminal,
      Cancellation cancellation,
      Telemetry telemetry,
      Optional<HandedOver> handedOver,
      boolean json,
      boolean quiet) {
    this.out = out;
    this.errors = errors;
    this.err = errors.print();
    this.terminal = terminal;
    this.cancellation = cancellation;
    this.telemetry = telemetry;
    this.handedOver = handedOver;
    this.json = json;
    this.quiet = quiet;
  }

  /**
   * Begins to tell a launcher how it goes, where one waits.
   *
   * @throws io.errata.api.ErrataException UNAVAILABLE where it can't be told
   */
  void begin() {
    handedOver.ifPresent(HandedOver::begin);
  }

  /** Prints a line of the result for people. */
  public void say(String line) {
    handedOver.ifPresent(to -> to.add(Stream.RESULT, line));
    errors.erase();
    if (!json) {
      out.println(line);
    } else if (!quiet) {
      err.println(line);
    }
  }

  /** Lets what is said next stand in place of all that was said before, on a terminal. */
  void clear() {
    if (terminal.out() && !json) {
      out.print("\u001b[H\u001b[2J");
    }
  }

  /** Prints a line about an error, or about what is under way, to standard error. */
  public void tell(String line) {
    handedOver.ifPresent(to -> to.add(Stream.ERROR, line));
    err.println(line);
  }

  /** A text for {@link #say} in a style, where that is shown. */
  public String styled(Style style, String text) {
    boolean shown = terminal.colour() && (json ? terminal.err() : terminal.out());
    return shown ? style.apply(text) : text;
  }

  /** A text for {@link #tell} in a style, where that is shown. */
  String styledError(Style style, String text) {
    return terminal.colour() && terminal.err() ? style.apply(text) : text;
  }

  /** Shows how far a plan has come, and stops it where the person wants to stop. */
  public PlanProgress progress() {
    PlanProgress shown =
        telemetry.observe(new ShownProgress(errors, terminal, cancellation, quiet));
    return handedOver.map(to -> to.observe(shown)).orElse(shown);
  }

  /** Takes the line of the progress away; the next that is written would do so, too. */
  public void endProgress() {
    errors.erase();
  }

  /** Whether the person wants to stop. */
  public Cancellation cancellation() {
    return cancellation;
  }

  /** Whether one JSON document is printed at the end. */
  public boolean json() {
    return json;
  }

  /**
   * Ends: prints the one document, where one is wanted.
   *
   * @param status the exit status
   */
  void end(ObjectNode document, int status) {
    errors.erase();
    if (json) {
      out.println(write(document));
    }
    out.flush();
    err.flush();
    handedOver.ifPresent(to -> to.end(status, document));
  }

  private static String write(ObjectNode document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write a document that is in memory", e);
    }
  }
}
