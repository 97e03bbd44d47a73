package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.ClusterJob;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.report.DisplayText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "status",
    header = {"List the runs that are under way, and how far they have come.", ""},
    description = {
      "Lists the runs that processes of this machine, or others with the same folder of plans, work",
      "on or have left to be resumed; with --cluster also Errata's jobs on a session cluster."
    },
    footer = {
      "",
      "Exit status: 0, also where nothing is under way; 6 where the cluster doesn't answer.",
      "",
      "Example:",
      "  errata status",
      "  errata status --watch",
      "  errata status --cluster http://jobmanager:8081 --json"
    })
final class StatusCommand extends Verb {
  private static final int LONGEST_PAUSE = 3600;

  @Mixin private RunsArguments arguments = new RunsArguments();

  @Option(
      names = "--all",
      description = "List jobs that have ended, too, as long as the cluster remembers them.")
  private boolean all;

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "2",
      description = {
        "Show the table again every so many seconds (1 to 3600, usually 2), until nothing is under way",
        "or Ctrl-C; on a terminal in place of the one before."
      })
  private @Nullable Integer watch;

  @Override
  protected int run(Console console, ObjectNode document) {
    Optional<ClusterAddress> asked = arguments.cluster(session());
    if (watch == null) {
      show(console, document, asked);
      return DONE;
    }
    if (console.json() || watch < 1 || watch > LONGEST_PAUSE) {
      throw new ErrataException(
          ErrorCode.USAGE,
          console.json()
              ? "Cannot watch with --json: it is one document"
              : "Cannot use --watch " + watch + " (1 to " + LONGEST_PAUSE + " seconds)",
          "Ask again and again with --json, or leave --watch out.");
    }
    CountDownLatch stopped = new CountDownLatch(1);
    try (Cancellation.Registration registration =
        console.cancellation().onCancel(stopped::countDown)) {
      do {
        console.clear();
        if (!show(console, document, asked)) {
          return DONE;
        }
      } while (!stopped.await(watch, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return DONE;
  }

  /** Shows what there is; false where that is nothing. */
  private boolean show(Console console, ObjectNode document, Optional<ClusterAddress> asked) {
    List<RunUnderWay> runs = find(session(), asked, arguments.folders(), all);
    asked.ifPresent(address -> document.put("cluster", address.toString()));
    ArrayNode list = document.putArray("runs");
    runs.forEach(run -> describe(list.addObject(), run, asked, session()));
    if (runs.isEmpty()) {
      console.say(
          "Nothing is under way in "
              + String.join(" and ", arguments.folders())
              + asked.map(address -> " or on " + address).orElse("")
              + ".");
    } else {
      print(console, runs, asked, session());
    }
    return !runs.isEmpty();
  }

  /** What is under way in folders of plans and on a cluster. */
  static List<RunUnderWay> find(
      Session session, Optional<ClusterAddress> cluster, List<String> folders, boolean all) {
    List<ClusterJob> jobs =
        cluster
            .map(address -> session.operations().jobs(address))
            .map(found -> found.stream().filter(job -> all || !job.hasEnded()).toList())
            .orElse(List.of());
    List<RunStatus> runs = new ArrayList<>();
    for (String folder : folders) {
      runs.addAll(session.operations().underWay(session.resolve(folder)));
    }
    return RunUnderWay.of(runs, jobs);
  }

  private static void describe(
      ObjectNode node, RunUnderWay run, Optional<ClusterAddress> cluster, Session session) {
    run.run().ifPresent(id -> node.put("run", id));
    run.job().ifPresent(job -> node.put("job", job.id()));
    run.cluster(cluster).ifPresent(address -> node.put("cluster", address));
    run.local().ifPresent(local -> node.put("folder", local.folder()));
    node.put("name", run.name())
        .put("state", run.state())
        .put("stage", run.stage())
        .put("started_at", run.startedAt().toString())
        .put("processed", run.processed())
        .put("total", run.total());
    run.percent().ifPresent(percent -> node.put("percent", percent));
    run.rate().ifPresent(rate -> node.put("rate", rate));
    run.secondsLeft().ifPresent(seconds -> node.put("seconds_left", seconds));
    run.waiting()
        .ifPresent(
            wait ->
                node.putObject("waiting")
                    .put("limit", wait.overload().limit())
                    .put("seen", wait.overload().seen())
                    .put("since", wait.since().toString()));
    run.resumeCommand(session).ifPresent(command -> node.put("resume", command));
    ArrayNode errors = node.putArray("errors");
    run.errors().forEach(errors::add);
  }

  private static void print(
      Console console, List<RunUnderWay> runs, Optional<ClusterAddress> cluster, Session session) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of("run", "name", "on", "state", "stage", "processed", "of", "%", "rate", "left"));
    for (RunUnderWay run : runs) {
      lines.add(
          List.of(
              run.id(),
              DisplayText.line(run.name()),
              run.cluster(cluster).map(DisplayText::wholeLine).orElse("local"),
              run.state(),
              DisplayText.line(run.stage()),
              DisplayText.count(run.processed()),
              run.total() == 0 ? "" : DisplayText.count(run.total()),
              run.percent().isPresent() ? run.percent().getAsLong() + " %" : "",
              run.rate().isPresent()
                  ? String.format(Locale.ROOT, "%,.0f/s", run.rate().getAsDouble())
                  : "",
              run.secondsLeft().isPresent()
                  ? ShownProgress.time(run.secondsLeft().getAsLong())
                  : ""));
    }
    TableText.print(console, lines);
    for (RunUnderWay run : runs) {
      run.waiting()
          .ifPresent(
              wait ->
                  console.say(
                      console.styled(Style.WARN, "waits")
                          + "  "
                          + run.id()
                          + ": since "
                          + wait.since()
                          + " for the database: "
                          + DisplayText.wholeLine(wait.overload().toString())));
      run.resumeCommand(session)
          .ifPresent(command -> console.say(run.state() + "  " + run.id() + ": " + command));
      for (String error : run.errors()) {
        console.say(
            console.styled(Style.BAD, "error")
                + "  "
                + run.id()
                + ": "
                + DisplayText.wholeLine(error));
      }
    }
  }
}
