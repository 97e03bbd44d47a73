package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.plan.RunStatus.State;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "pause",
    header = {"Stop a run where it is, to go on with it later.", ""},
    description = {
      "Has a run in streaming execution make a checkpoint, and ends its job and the process that",
      "waits for it, here or on a session cluster; errata resume goes on from there. Its folder must",
      "be among those of --plans. Nothing is written to the live table."
    },
    footer = {
      "",
      "Exit status: 0 where it is paused; 2 where there is no such run, nobody works on it, it is in",
      "batch execution or has ended; 6 where it isn't paused after a minute: then it will be as soon",
      "as a checkpoint can be made, of which there is none while keys are recomputed.",
      "",
      "Example:",
      "  errata pause 3f2a91c07d5e1b44",
      "  errata pause 3f2a91 --plans gs://bucket/plans --json"
    })
final class PauseCommand extends Verb {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The id of the run or of the job, or the first 6 or more characters of it.")
  private String typed = "";

  @Mixin private RunsArguments arguments = new RunsArguments();

  @Override
  protected int run(Console console, ObjectNode document) {
    RunUnderWay run = arguments.find(session(), arguments.cluster(session()), typed);
    document.put("run", run.id());
    RunStatus before = local(run);
    RunStatus after =
        before.state() == State.ALIVE
            ? operations().pause(parent(before.folder()), before.id())
            : before;
    if (after.state() != State.PAUSED) {
      throw notPaused(before, after);
    }
    String resume = RunUnderWay.resumeCommand(session(), after);
    document.put("paused", true).put("resume", resume);
    console.say("Paused: run " + run.id() + " (" + run.name() + "). Nothing was written.");
    console.say("Next: " + resume);
    return DONE;
  }

  private RunStatus local(RunUnderWay run) {
    Optional<RunStatus> local = run.local();
    if (local.isEmpty()) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot pause run "
              + run.id()
              + ": its folder is not in "
              + String.join(" or ", arguments.folders()),
          "Name the folder of its plans, a path or URI, with --plans.");
    }
    if (!local.get().isResumable()) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot pause run "
              + run.id()
              + ": it is in batch execution, which makes no checkpoints that it could go on from",
          "Let it end, or stop it with errata cancel "
              + run.id()
              + "; with execution.mode: streaming it can be paused the next time.");
    }
    return local.get();
  }

  private static String parent(String folder) {
    return folder.substring(0, folder.lastIndexOf('/'));
  }

  private static ErrataException notPaused(RunStatus before, RunStatus after) {
    String begin = "Cannot pause run " + after.id() + ": ";
    return switch (after.state()) {
      case ALIVE ->
          new ErrataException(
              ErrorCode.UNAVAILABLE,
              begin + "it has not made a checkpoint within a minute",
              "It pauses as soon as it has, unless it ends first; errata status shows how it stands.");
      case ENDED ->
          new ErrataException(
              ErrorCode.INVALID_PLAN,
              begin + "it has ended, with plan " + after.plan().orElse(""),
              "errata show " + after.plan().orElse("PLAN") + " shows what it found.");
      case INTERRUPTED ->
          new ErrataException(
              ErrorCode.INVALID_PLAN,
              begin
                  + (before.state() == State.ALIVE
                      ? "it was interrupted before it could be"
                      : "nobody works on it"),
              "errata resume " + after.id() + " goes on with it, or drops it with --drop.");
      case LEFT ->
          new ErrataException(
              ErrorCode.INVALID_PLAN,
              begin + "nobody waits for its job, which goes on at " + after.cluster().orElse(""),
              "errata resume "
                  + after.id()
                  + " --on session --cluster "
                  + after.cluster().orElse("URL")
                  + " waits for it, and can be paused; errata cancel "
                  + after.id()
                  + after.cluster().map(address -> " --cluster " + address).orElse("")
                  + " ends it.");
      case PAUSED -> throw new IllegalArgumentException("a run that is paused");
    };
  }
}
