package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrorCode;
import io.errata.jobs.plan.Finding;
import io.errata.jobs.report.DisplayText;
import io.errata.jobs.spec.Spec;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check",
    header = {"Look at spec, connections, table and worker; run nothing.", ""},
    description = {
      "Validates the spec, each connection, the table and the worker, and lints the worker for",
      "non-determinism. Runs nothing and changes nothing."
    },
    footer = {"", "Example:", "  errata check incident.yaml --set window.to=2024-06-10T13:00:00Z"})
final class CheckCommand extends Verb {
  @Mixin private SpecArgument argument = new SpecArgument();
  @Mixin private WorkerJarArgument workerJars = new WorkerJarArgument();

  @Override
  protected int run(Console console, ObjectNode document) {
    Spec spec = argument.parse(session());
    List<Finding> findings = operations().check(spec, workerJars.jars(session()));
    long errors = count(findings, Finding.Level.ERROR);
    long warnings = count(findings, Finding.Level.WARNING);
    document.put("spec", spec.name());
    document.put("errors", errors);
    document.put("warnings", warnings);
    ArrayNode list = document.putArray("findings");
    for (Finding finding : findings) {
      ObjectNode listed = list.addObject();
      listed
          .put("level", finding.level().name().toLowerCase(Locale.ROOT))
          .put("subject", finding.subject())
          .put("message", finding.message())
          .put("next", finding.next());
      finding.code().ifPresent(code -> listed.put("code", code.name()));
      print(console, finding);
    }
    if (errors == 0) {
      console.say(
          console.styled(Style.GOOD, "Ready")
              + (warnings == 0 ? "." : ", with " + DisplayText.count(warnings, "warning") + "."));
      console.say("Next: errata plan " + argument.typed());
      return DONE;
    }
    console.say(DisplayText.count(errors, "error") + " to mend before a plan can be made.");
    return status(findings);
  }

  /** That of a store that can't be reached only where nothing else is wrong. */
  private static int status(List<Finding> findings) {
    int unavailable = ErrorCode.UNAVAILABLE.exitStatus();
    boolean unreachable =
        findings.stream()
            .filter(f -> f.level() == Finding.Level.ERROR)
            .allMatch(f -> f.code().filter(c -> c.exitStatus() == unavailable).isPresent());
    return unreachable ? unavailable : ErrorCode.INVALID_SPEC.exitStatus();
  }

  private static long count(List<Finding> findings, Finding.Level level) {
    return findings.stream().filter(f -> f.level() == level).count();
  }

  private static void print(Console console, Finding finding) {
    String level =
        switch (finding.level()) {
          case OK -> console.styled(Style.GOOD, "ok     ");
          case WARNING -> console.styled(Style.WARN, "warning");
          case ERROR -> console.styled(Style.BAD, "error  ");
        };
    console.say(
        level
            + "  "
            + DisplayText.wholeLine(finding.subject())
            + ": "
            + DisplayText.wholeLine(finding.message()));
    if (!finding.next().isEmpty()) {
      console.say("         " + DisplayText.wholeLine(finding.next()));
    }
  }
}
