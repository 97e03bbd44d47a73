package io.errata.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.telemetry.Telemetry;
import io.errata.state.plan.PlanDirectory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A verb of the command line. It prints its words to the {@link Console} and fills its one
 * document, whether that is printed or not; whatever it throws becomes the document's {@code error}
 * and the exit status.
 */
public abstract class Verb implements Callable<Integer> {
  /** Exit status: done. */
  protected static final int DONE = 0;

  /** Exit status: a plan found drift, and the caller asked to be told. */
  protected static final int DRIFT = 3;

  /** Exit status: a limit stopped it. */
  protected static final int LIMIT = 4;

  /** Exit status: rows changed since the plan, nothing was written. */
  protected static final int CONFLICT = 5;

  /** What reads a window, or writes to a table. */
  private static final Set<String> WATCHED =
      Set.of("plan", "run", "verify", "retry", "resume", "apply", "rollback");

  @Option(
      order = 101,
      names = "--json",
      description = "Print one JSON document on standard output, all else on standard error.")
  private boolean json;

  @Option(order = 102, names = "--quiet", description = "Show no progress.")
  private boolean quiet;

  @Option(order = 103, names = "--debug", description = "Log in detail, and show stack traces.")
  private boolean debug;

  @Option(order = 104, names = "--help", usageHelp = true, description = "Show this and exit.")
  private boolean help;

  private @Nullable Session session;

  void enter(Session session) {
    this.session = session;
  }

  @Override
  public final Integer call() {
    Console console = session().console(json, quiet);
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    Telemetry telemetry = session().telemetry();
    String verb = getClass().getAnnotation(Command.class).name();
    int status;
    try {
      console.begin();
      if (WATCHED.contains(verb)) {
        telemetry.begin(verb);
      }
      status = run(console, document);
    } catch (Throwable e) {
      // Errors too: a person who sees "out of memory" can do something about it.
      Failure failure = Failure.of(e, console.cancellation());
      failure.tell(console, debug);
      document.set("error", failure.document());
      telemetry.failed(failure.code(), e);
      status = failure.exitStatus();
    }
    if (WATCHED.contains(verb)) {
      telemetry.end(status);
    }
    console.end(document, status);
    return status;
  }

  /**
   * Does the work.
   *
   * @param document filled piece by piece, so that what was done is told even where a later piece
   *     fails
   * @return the exit status
   */
  protected abstract int run(Console console, ObjectNode document);

  /** Makes a plan, shows how far it has come, and takes that away at the end. */
  final PlanDirectory plan(Console console, Spec spec, PlannerOptions options) {
    session().telemetry().planning(Optional.of(spec));
    try {
      return operations().plan(spec, options, console.progress(), console.cancellation());
    } finally {
      console.endProgress();
    }
  }

  /** Makes a plan of the keys that another left in quarantine, in the same way. */
  final PlanDirectory retry(
      Console console, Spec spec, PlannerOptions options, PlanDirectory retried) {
    session().telemetry().planning(Optional.of(spec));
    try {
      return operations().retry(spec, options, retried, console.progress(), console.cancellation());
    } finally {
      console.endProgress();
    }
  }

  /** As below, in the field that is called as the verb. */
  protected final int runVerb(ObjectNode document, String name, List<String> arguments) {
    return runVerb(document, name, name, arguments);
  }

  /**
   * As {@link #plan(Console, Spec, PlannerOptions)}; a run that can be resumed is told and noted.
   */
  final PlanDirectory plan(
      Console console, ObjectNode document, Spec spec, PlannerOptions options) {
    session().telemetry().planning(Optional.of(spec));
    try {
      return operations()
          .plan(
              spec,
              options,
              new NotedProgress(console.progress(), session(), console, document),
              console.cancellation());
    } finally {
      console.endProgress();
    }
  }

  /**
   * Runs another verb as if it were typed now; what it would print as JSON becomes a field of the
   * document.
   *
   * @return its exit status
   */
  protected final int runVerb(
      ObjectNode document, String field, String name, List<String> arguments) {
    List<String> line = new ArrayList<>();
    line.add(name);
    line.addAll(arguments);
    if (quiet) {
      line.add("--quiet");
    }
    if (debug) {
      line.add("--debug");
    }
    if (!json) {
      return new Cli(session()).run(line.toArray(String[]::new));
    }
    line.add("--json");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int status =
        new Cli(session().withOut(new PrintStream(printed, true, ErrorStream.charset())))
            .run(line.toArray(String[]::new));
    try {
      document.set(field, new ObjectMapper().readTree(printed.toString(ErrorStream.charset())));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot read the document of " + name, e);
    }
    return status;
  }

  /** A path as it was typed, made absolute. */
  protected final Path resolve(Path path) {
    return session().folder().resolve(path).normalize();
  }

  /** A path as a person would type it here. */
  protected final String shorten(Path path) {
    return Shell.quote(session().shorten(path.toString()));
  }

  final Operations operations() {
    return session().operations();
  }

  final Session session() {
    if (session == null) {
      throw new IllegalStateException("Cannot run a verb that no command line has entered");
    }
    return session;
  }
}
