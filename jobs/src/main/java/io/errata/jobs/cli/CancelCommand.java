package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.plan.RunStatus;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "cancel",
    header = {"Stop a run that is under way.", ""},
    description = {
      "Stops a run: its job on a session cluster, or the process of this machine that works on it,",
      "as Ctrl-C would there. Nothing is written to the live table. A run in streaming execution",
      "can be resumed afterwards."
    },
    footer = {
      "",
      "Exit status: 0 where it has ended; 2 where there is no such run, or it is on another machine;",
      "6 where the cluster doesn't answer, or the run has not ended after a minute.",
      "",
      "Example:",
      "  errata cancel 3f2a91c07d5e1b44",
      "  errata cancel 3f2a91 --cluster http://jobmanager:8081"
    })
final class CancelCommand extends Verb {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The id of the run or of the job, or the first 6 or more characters of it.")
  private String typed = "";

  @Mixin private RunsArguments arguments = new RunsArguments();

  @Override
  protected int run(Console console, ObjectNode document) {
    Optional<ClusterAddress> asked = arguments.cluster(session());
    RunUnderWay run = arguments.find(session(), asked, typed);
    document.put("run", run.id());
    if (run.job().isPresent() && asked.isPresent()) {
      String job = run.job().get().id();
      document.put("job", job);
      Optional<String> state = operations().cancel(asked.get(), job);
      if (!state.equals(Optional.of("canceled"))) {
        throw new ErrataException(
            ErrorCode.UNAVAILABLE,
            "Cannot cancel job "
                + job
                + " on "
                + asked.get()
                + ": it is "
                + state.orElse("gone")
                + " now",
            "errata status --cluster " + asked.get() + " --all shows how it stands.");
      }
    } else {
      stop(run);
    }
    document.put("cancelled", true);
    console.say("Cancelled: run " + run.id() + " (" + run.name() + "). Nothing was written.");
    return DONE;
  }

  private void stop(RunUnderWay run) {
    OptionalLong process = run.local().map(RunStatus::process).orElse(OptionalLong.empty());
    if (process.isEmpty()) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot cancel run " + run.id() + ": no process of this machine works on it",
          run.local().flatMap(RunStatus::cluster).isPresent()
              ? "Its job was left: name its cluster, with --cluster "
                  + run.local().flatMap(RunStatus::cluster).get()
                  + "."
              : run.isLeftToResume()
                  ? "It was "
                      + run.state()
                      + " before; errata resume goes on with it, or drops it with --drop."
                  : "Stop it where it was started; or name its cluster with --cluster.");
    }
    if (!operations().stop(process.getAsLong())) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot cancel run "
              + run.id()
              + ": its process "
              + process.getAsLong()
              + " has not ended",
          "Look at what it waits for, or end it with kill -9: the table is as before then, too.");
    }
  }
}
