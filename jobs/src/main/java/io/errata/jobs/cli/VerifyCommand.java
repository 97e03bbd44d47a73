package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.EventComparison;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.report.ChangeSummary;
import io.errata.jobs.report.DisplayText;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.LimitHit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "verify",
    header = {"Plan again, and find that nothing differs.", ""},
    description = {
      "Plans again, into a folder that is thrown away. With --determinism it recomputes once more with",
      "another parallelism and the events in another order, and compares the digests.",
      "With --events it compares Kafka with the archive instead, and looks at no row."
    },
    footer = {
      "",
      "Exit status: 0 only where nothing differs; 3 where rows differ; 4 where a limit keeps it from",
      "saying so, such as keys in quarantine, and where Kafka and the archive hold other events.",
      "",
      "Example:",
      "  errata verify incident.yaml",
      "  errata verify incident.yaml --determinism",
      "  errata verify incident.yaml --events"
    })
final class VerifyCommand extends Verb {
  private static final int SHOWN = 10;

  @Mixin private SpecArgument argument = new SpecArgument();
  @Mixin private PlannerArguments planner = new PlannerArguments();

  @Option(names = "--determinism", description = "Recompute in another order as well, and compare.")
  private boolean determinism;

  @Option(
      names = "--events",
      description = {
        "Read the window from Kafka and from the archive in full, and compare their events hour by",
        "hour; the same as events.use: both."
      })
  private boolean events;

  @Override
  protected int run(Console console, ObjectNode document) {
    console.cancellation().stayTogether();
    if (planner.isLaunched()) {
      List<String> more = new ArrayList<>();
      if (determinism) {
        more.add("--determinism");
      }
      if (events) {
        more.add("--events");
      }
      return new LaunchedRun(session(), console).run(document, "verify", argument, planner, more);
    }
    Spec spec = argument.parse(session());
    PlannerOptions options = planner.options(session());
    if (events || spec.events().use() == Use.BOTH) {
      if (determinism) {
        throw new ErrataException(
            ErrorCode.USAGE,
            "Cannot verify events and determinism at once",
            "Leave out --determinism, or --events (events.use: both).");
      }
      return compareEvents(console, document, spec, options);
    }
    // Task managers of a cluster have to see it.
    try (ScratchFolder scratch =
        options.place().cluster().isPresent() || Main.isRunByCluster()
            ? ScratchFolder.below(operations().storage(spec.plans()))
            : ScratchFolder.make()) {
      PlanDirectory plan = plan(console, withPlans(spec, scratch.child("first")), options);
      PlanManifest manifest = plan.manifest();
      document.put("verified", manifest.corrections().total() == 0 && manifest.limits().isEmpty());
      Documents.plan(document, manifest, plan.location());
      // The folder is gone by the time that anybody could look.
      document.remove("directory");
      PlanText text = new PlanText(console, manifest);
      ChangeSummary changes =
          ChangeSummary.of(plan.corrections(), manifest.table().description(), SHOWN);
      Documents.corrections(
          document.putArray("largest"), changes.largest(), manifest.table().description().key());
      int status = tell(console, manifest, text, changes);
      if (determinism) {
        PlannerOptions other =
            new PlannerOptions(
                options.parallelism() == 1 ? 2 : options.parallelism() + 1,
                InputOrder.SCATTERED,
                options.place());
        PlanDirectory second = plan(console, withPlans(spec, scratch.child("second")), other);
        compare(console, document, plan.manifest(), options, second.manifest(), other);
      }
      return status;
    }
  }

  private int compareEvents(
      Console console, ObjectNode document, Spec spec, PlannerOptions options) {
    EventComparison found;
    try {
      found = operations().compareEvents(spec, options, console.progress(), console.cancellation());
    } finally {
      console.endProgress();
    }
    document.put("verified", found.isSame());
    Documents.sources(document.putObject("sources"), found);
    new ComparisonText(console).print(found);
    return found.isSame() ? DONE : LIMIT;
  }

  private static int tell(
      Console console, PlanManifest manifest, PlanText text, ChangeSummary changes) {
    String rows = DisplayText.count(manifest.rows().recomputed(), "row");
    if (manifest.corrections().total() > 0) {
      console.say(
          console.styled(Style.BAD, "Differs")
              + ": "
              + DisplayText.count(manifest.corrections().total())
              + " of "
              + rows
              + " recomputed are not as in the live table.");
      text.printLargest(changes.largest());
      return DRIFT;
    }
    for (LimitHit hit : manifest.limits()) {
      console.say(console.styled(Style.BAD, "Not verified") + ": " + PlanText.limit(hit));
    }
    if (!manifest.limits().isEmpty()) {
      return LIMIT;
    }
    console.say(
        console.styled(Style.GOOD, "Verified")
            + ": "
            + rows
            + " recomputed from "
            + DisplayText.count(manifest.events().used(), "event")
            + ", and all agree with the live table.");
    if (manifest.rows().quarantined() > 0) {
      console.say(
          console.styled(Style.WARN, "Left out")
              + ": "
              + DisplayText.count(manifest.rows().quarantined(), "key")
              + " in quarantine, within the limit of the spec.");
    }
    for (String warning : manifest.warnings()) {
      console.say(console.styled(Style.WARN, "Warning") + ": " + DisplayText.wholeLine(warning));
    }
    return DONE;
  }

  private static void compare(
      Console console,
      ObjectNode document,
      PlanManifest first,
      PlannerOptions firstOptions,
      PlanManifest second,
      PlannerOptions secondOptions) {
    boolean same =
        first.plan().equals(second.plan()) && first.correctionSet().equals(second.correctionSet());
    ObjectNode node = document.putObject("determinism").put("same", same);
    ArrayNode runs = node.putArray("runs");
    run(runs, first, firstOptions);
    run(runs, second, secondOptions);
    if (!same) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot trust the worker "
              + first.worker().identity()
              + ": the same events gave plan "
              + first.plan()
              + " and then "
              + second.plan(),
          "Look with errata check for what in it depends on the clock, chance or order; or the live table or the"
              + " source changed between the two: then try again while nobody writes.");
    }
    console.say(
        console.styled(Style.GOOD, "Deterministic")
            + ": the same plan id with parallelism "
            + firstOptions.parallelism()
            + " and "
            + secondOptions.parallelism()
            + ", the events in another order.");
  }

  private static void run(ArrayNode runs, PlanManifest manifest, PlannerOptions options) {
    runs.addObject()
        .put("plan", manifest.plan())
        .put("parallelism", options.parallelism())
        .put("order", options.order().name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .put("corrections", manifest.correctionSet().toString());
  }

  private static Spec withPlans(Spec spec, String plans) {
    return new Spec(
        spec.name(),
        spec.window(),
        spec.events(),
        spec.filter(),
        spec.worker(),
        spec.base(),
        spec.table().withoutCorrectionsFile(),
        spec.completeTo(),
        spec.limits(),
        spec.execution(),
        spec.conflicts(),
        plans,
        spec.text());
  }
}
