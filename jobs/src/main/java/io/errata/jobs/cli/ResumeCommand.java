package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "resume",
    header = {"Go on with a plan that was interrupted.", ""},
    description = {
      "Goes on with a run in streaming execution from its last checkpoint, to the plan that it would",
      "have made. Without RUN it lists the runs that there are."
    },
    footer = {
      "",
      "Exit status: as of plan; 2 where the run has ended or is still alive, or where the worker, the",
      "table or the source is no longer the one that it began with.",
      "",
      "Example:",
      "  errata resume                    the runs below ./plans",
      "  errata resume 3f2a91c07d5e1b44   goes on where it was",
      "  errata resume 3f2a91 --drop      removes what it has kept"
    })
final class ResumeCommand extends Verb {
  private static final String PREFIX = ".run-";
  private static final int SHORTEST_ID = 6;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RUN",
      description = "The run's folder, or its id, or the first 6 or more characters of it.")
  private @Nullable String run;

  @Option(
      names = "--plans",
      paramLabel = "DIR",
      description = "Where runs are looked for by id. Usually ./plans and ./errata-demo/plans.")
  private @Nullable String plans;

  @Option(names = "--drop", description = "Remove the run, and all that it has kept.")
  private boolean drop;

  @Mixin private PlaceArguments where = new PlaceArguments();

  /** A run that was asked for. */
  private record Place(String plans, String id) {}

  @Override
  protected int run(Console console, ObjectNode document) {
    if (run == null) {
      if (drop) {
        throw new ErrataException(
            ErrorCode.USAGE,
            "Cannot drop a run: none is named",
            "errata resume lists the runs that there are.");
      }
      return list(console, document);
    }
    Place place = find(run);
    if (drop) {
      operations().drop(place.plans(), place.id());
      document.put("run", place.id()).put("dropped", true);
      console.say("Dropped: nothing is left of run " + place.id() + ".");
      return DONE;
    }
    PlanDirectory plan;
    session().telemetry().planning(Optional.empty());
    try {
      plan =
          operations()
              .resume(
                  place.plans(),
                  place.id(),
                  where.place(session()),
                  new NotedProgress(console.progress(), session(), console, document),
                  console.cancellation());
    } finally {
      console.endProgress();
    }
    Spec spec = operations().parsePlanned(plan.manifest().spec(), List.of());
    return new PlanOutcome(session(), console).tell(document.put("run", place.id()), plan, spec);
  }

  private List<String> places() {
    return plans == null ? PlanArgument.USUAL : List.of(plans);
  }

  private Place find(String typed) {
    String path = typed.endsWith("/") ? typed.substring(0, typed.length() - 1) : typed;
    int slash = path.lastIndexOf('/');
    String last = path.substring(slash + 1);
    if (last.startsWith(PREFIX)) {
      String parent = slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
      return new Place(session().resolve(parent), last.substring(PREFIX.length()));
    }
    List<Place> found = new ArrayList<>();
    if (typed.matches("[0-9a-f]{" + SHORTEST_ID + ",}")) {
      for (String place : places()) {
        String folder = session().resolve(place);
        operations().runs(folder).stream()
            .filter(status -> status.id().startsWith(typed))
            .forEach(status -> found.add(new Place(folder, status.id())));
      }
    }
    if (found.isEmpty()) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot find run "
              + typed
              + " (looked for an id in "
              + String.join(" and ", places())
              + ")",
          "Give the folder or the id that errata plan has printed, or the folder of plans with --plans.");
    }
    if (found.size() > 1) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot choose a run: " + found.size() + " ids begin with " + typed,
          "Give more of the id: "
              + String.join(", ", found.stream().limit(5).map(Place::id).toList())
              + ".");
    }
    return found.get(0);
  }

  private int list(Console console, ObjectNode document) {
    ArrayNode runs = document.putArray("runs");
    for (String place : places()) {
      for (RunStatus status : operations().runs(session().resolve(place))) {
        ObjectNode node =
            runs.addObject()
                .put("run", status.id())
                .put("name", status.name())
                .put("folder", status.folder())
                .put("state", status.state().name().toLowerCase(Locale.ROOT))
                .put("started_at", status.startedAt().toString());
        status.plan().ifPresent(plan -> node.put("plan", plan));
        console.say(
            status.id()
                + "  "
                + status.startedAt()
                + "  "
                + status.state().name().toLowerCase(Locale.ROOT)
                + status.plan().map(plan -> " with plan " + plan).orElse("")
                + "  "
                + Shell.quote(session().shorten(status.folder())));
      }
    }
    if (runs.isEmpty()) {
      console.say("No runs in " + String.join(" and ", places()) + ".");
    }
    return DONE;
  }
}
