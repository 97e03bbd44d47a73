package io.errata.jobs.cli;

import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.UnresolvedSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The spec that a verb works on. */
final class SpecArgument {
  @Parameters(index = "0", paramLabel = "spec.yaml", description = "The spec.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description =
          "Set a field of the spec, such as window.from=2024-06-10T12:00:00Z. Can be given again.")
  private List<String> overrides = new ArrayList<>();

  /** Parses the spec, which lies relative to the working folder. */
  Spec parse(Session session) {
    return session.operations().parse(session.folder().resolve(file), overrides);
  }

  /** Reads the spec for another machine, where its secrets are. */
  UnresolvedSpec parseUnresolved(Session session) {
    return session.operations().parseUnresolved(session.folder().resolve(file), overrides);
  }

  /** As it was typed, for what to type next. */
  String typed() {
    StringBuilder typed = new StringBuilder(Shell.quote(file.toString()));
    overrides.forEach(override -> typed.append(" --set ").append(Shell.quote(override)));
    return typed.toString();
  }
}
