package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.CsvOptions;
import java.nio.file.Path;
import java.util.Optional;

/** Tells of a plan that was just made, and what to do next. */
final class PlanOutcome {
  private final Session session;
  private final Console console;

  PlanOutcome(Session session, Console console) {
    this.session = session;
    this.console = console;
  }

  /**
   * Tells.
   *
   * @param spec that it was made from
   * @return the exit status, were drift none
   */
  int tell(ObjectNode document, PlanDirectory plan, Spec spec) {
    PlanManifest manifest = plan.manifest();
    Documents.plan(document, manifest, plan.location());
    new PlanText(console, manifest).print(plan.location());
    console.say("");
    Optional<Path> list = spec.table().csvOptions().map(CsvOptions::corrections).map(Path::of);
    String typed = Shell.quote(session.shorten(plan.location()));
    if (!manifest.limits().isEmpty()) {
      console.say(
          "A limit was hit, so apply will refuse this plan"
              + (list.isEmpty() ? "" : ", and its corrections are not listed")
              + ". Next: errata show "
              + typed);
      return Verb.LIMIT;
    }
    if (manifest.corrections().total() == 0) {
      console.say("Nothing to apply.");
      return Verb.DONE;
    }
    list.ifPresent(
        file ->
            console.say(
                "The corrections are listed in "
                    + Shell.quote(session.shorten(file.toString()))
                    + "."));
    console.say("Next: errata show " + typed + "   what is in it; --html for the report");
    console.say("      errata apply " + typed + "  one transaction, or nothing");
    return Verb.DONE;
  }
}
