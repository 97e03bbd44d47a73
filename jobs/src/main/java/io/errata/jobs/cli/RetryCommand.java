package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.report.DisplayText;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.QuarantineEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "retry",
    header = {"Plan again for the keys that a plan left in quarantine.", ""},
    description = {
      "Reads the window of a plan again, after a fix, and recomputes the keys that it left in",
      "quarantine, and no others. Writes a plan of its own, and says which keys are clean now and",
      "which are still in quarantine, and why. Changes nothing in the live table."
    },
    footer = {
      "",
      "Exit status: 0, also where nothing was in quarantine; 4 where a limit was hit, such as keys that",
      "are still in quarantine (the plan is written), or the source has changed since (it is not).",
      "",
      "Example:",
      "  errata retry 3f9c2a71 --set worker.version=3",
      "  errata retry plans/3f9c2a71d04e5b88a1c6e0f7d2b94c35 incident.yaml --json"
    })
final class RetryCommand extends Verb {
  private static final int MOST = 100_000;

  @Mixin private PlanArgument argument = new PlanArgument();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "spec.yaml",
      description = "The spec, where it was changed since. Usually the one that the plan keeps.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Set a field of the spec, such as worker.version=3. Can be given again.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many keys to list of each kind (usually 10).")
  private int limit;

  @Mixin private PlannerArguments planner = new PlannerArguments();

  @Override
  protected int run(Console console, ObjectNode document) {
    if (limit < 0 || limit > MOST) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot list " + limit + " keys (--limit is 0 to 100,000)",
          "Use a number in between.");
    }
    PlanDirectory retried = argument.open(session());
    retried.verifySeal();
    QuarantinedKeys before = QuarantinedKeys.of(retried);
    ObjectNode node = document.putObject("retry").put("of", retried.manifest().plan());
    if (before.isEmpty()) {
      describe(node, before, before);
      console.say(
          "Nothing to retry: plan " + retried.manifest().plan() + " left no key in quarantine.");
      return DONE;
    }
    Spec spec =
        file == null
            ? operations().parsePlanned(retried.manifest().spec(), overrides)
            : operations().parse(session().folder().resolve(file), overrides);
    PlanDirectory plan = retry(console, spec, planner.options(session()), retried);
    PlanManifest manifest = plan.manifest();
    QuarantinedKeys after = QuarantinedKeys.of(plan);
    describe(node, before, after);
    Documents.plan(document, manifest, plan.location());
    new PlanText(console, manifest).print(plan.location());
    console.say("");
    tell(console, before, after);
    console.say("");
    String typed = Shell.quote(session().shorten(plan.location()));
    if (!manifest.limits().isEmpty()) {
      console.say("A limit was hit, so apply will refuse this plan. Next: errata show " + typed);
      return LIMIT;
    }
    if (manifest.corrections().total() == 0) {
      console.say("Nothing to apply.");
      return DONE;
    }
    console.say("Next: errata show " + typed + "   what is in it; --html for the report");
    console.say("      errata apply " + typed + "  one transaction, or nothing");
    return DONE;
  }

  /** Null stands for every key. */
  private void describe(ObjectNode node, QuarantinedKeys before, QuarantinedKeys after) {
    put(node, "keys", before.all(), before.count());
    List<String> keys = after.all() ? List.of() : before.without(after);
    ObjectNode clean = node.putObject("clean");
    put(clean, "count", before.all() && !after.all(), keys.size());
    ArrayNode cleanKeys = clean.putArray("keys");
    keys.stream().limit(limit).forEach(cleanKeys::add);
    ObjectNode quarantined = node.putObject("quarantined");
    put(quarantined, "count", after.all(), after.count());
    ArrayNode events = quarantined.putArray("events");
    after.first().stream().limit(limit).forEach(entry -> Documents.quarantine(events, entry));
  }

  private static void put(ObjectNode node, String name, boolean every, int count) {
    if (every) {
      node.putNull(name);
    } else {
      node.put(name, count);
    }
  }

  private void tell(Console console, QuarantinedKeys before, QuarantinedKeys after) {
    console.say(
        before.all()
            ? "Every key was retried: the key of an event was not known."
            : DisplayText.count(before.count(), "key") + " retried.");
    if (after.all()) {
      console.say(
          console.styled(Style.BAD, "Still in quarantine: every key")
              + ", as the key of an event can't be known.");
    } else {
      List<String> clean = before.without(after);
      if (!clean.isEmpty()) {
        console.say(console.styled(Style.GOOD, "Clean now: " + DisplayText.count(clean.size())));
        clean.stream().limit(limit).forEach(key -> console.say("  " + DisplayText.wholeLine(key)));
        more(console, clean.size());
      }
      if (before.all() && after.isEmpty()) {
        console.say(console.styled(Style.GOOD, "Every key is clean now."));
      }
      if (!after.isEmpty()) {
        console.say(
            console.styled(Style.BAD, "Still in quarantine: " + DisplayText.count(after.count())));
      }
    }
    for (QuarantineEntry entry : after.first().subList(0, Math.min(limit, after.first().size()))) {
      console.say(
          "  "
              + DisplayText.wholeLine(Objects.requireNonNullElse(entry.key(), "every key"))
              + ": event "
              + DisplayText.line(
                  Objects.requireNonNullElse(entry.eventId(), "without a readable id"))
              + " at "
              + DisplayText.wholeLine(entry.source())
              + " row "
              + DisplayText.count(entry.offset())
              + ": "
              + DisplayText.wholeLine(entry.reason()));
    }
    more(console, after.first().size());
  }

  private void more(Console console, long all) {
    if (all > limit) {
      console.say("  … " + DisplayText.count(all - limit) + " more with --limit");
    }
  }
}
