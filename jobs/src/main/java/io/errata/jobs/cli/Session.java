package io.errata.jobs.cli;

import io.errata.jobs.telemetry.Telemetry;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What one command works with.
 *
 * @param operations what verbs call on
 * @param out standard output
 * @param errors standard error
 * @param terminal what these go to
 * @param cancellation whether the person wants to stop
 * @param folder the working folder
 * @param environment variables
 * @param telemetry hears how a run goes
 */
record Session(
    Operations operations,
    PrintStream out,
    ErrorStream errors,
    Terminal terminal,
    Cancellation cancellation,
    Path folder,
    Map<String, String> environment,
    Telemetry telemetry) {

  /** The same with another standard output. */
  Session withOut(PrintStream other) {
    return new Session(
        operations, other, errors, terminal, cancellation, folder, environment, telemetry);
  }

  /** Where a verb's words go, and also to a launcher, where one waits for them. */
  Console console(boolean json, boolean quiet) {
    return new Console(
        out,
        errors,
        terminal,
        cancellation,
        telemetry,
        HandedOver.of(environment, cancellation),
        json,
        quiet);
  }

  /** A path as it was typed, made absolute; a URI stays as it is. */
  String resolve(String path) {
    return path.contains("://") ? path : folder.resolve(path).normalize().toString();
  }

  /** A path as a person would type it here: relative where it lies below the working folder. */
  String shorten(String path) {
    if (path.contains("://")) {
      return path;
    }
    Path absolute = Path.of(path);
    return absolute.startsWith(folder) ? folder.relativize(absolute).toString() : path;
  }
}
