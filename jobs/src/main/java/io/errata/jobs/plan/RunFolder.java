package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.JobSummary;
import io.errata.state.plan.PlanDirectory;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/**
 * What a run in streaming execution keeps until it has made its plan: {@code .run-<id>} below the
 * folder of plans, with its record, the files of the plan to be, and its checkpoints where the spec
 * names no other place for these. Nobody removes it but the run itself, and whoever drops it.
 */
final class RunFolder {
  static final String PREFIX = ".run-";

  private static final String RECORD = "run.json";
  private static final String METADATA = "_metadata";
  private static final String CHECKPOINT = "chk-";
  private static final String SAVEPOINT = "savepoint-";
  private static final String PAUSE = "pause";

  private final FlinkPlanStorage plans;
  private final String folder;
  private RunRecord record;

  private RunFolder(FlinkPlanStorage plans, RunRecord record) {
    this.plans = plans;
    this.folder = PREFIX + record.id();
    this.record = record;
  }

  /** Begins a run. */
  static RunFolder create(FlinkPlanStorage plans, RunRecord record) {
    RunFolder run = new RunFolder(plans, record);
    run.save(record);
    return run;
  }

  /**
   * Opens the folder of a run.
   *
   * @throws ErrataException INVALID_PLAN where there is none
   */
  static RunFolder open(FlinkPlanStorage plans, String id) {
    String path = PREFIX + id + "/" + RECORD;
    if (!plans.exists(path)) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot find run " + id + " (in " + plans.location() + ")",
          "errata resume lists the runs that there are; --plans names another folder of plans.");
    }
    try (InputStream in = plans.read(path)) {
      return new RunFolder(plans, RunRecord.read(in.readAllBytes()));
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot read " + plans.location() + "/" + path + ": " + e.getMessage(),
          "Another release of Errata may have written it: resume it with that one, or drop it with"
              + " errata resume "
              + id
              + " --drop and plan again.",
          e);
    }
  }

  /** The ids of the runs below a folder of plans. */
  static List<String> find(FlinkPlanStorage plans) {
    return plans.folders("").stream()
        .filter(name -> name.startsWith(PREFIX))
        .map(name -> name.substring(PREFIX.length()))
        .filter(id -> plans.exists(PREFIX + id + "/" + RECORD))
        .toList();
  }

  RunRecord record() {
    return record;
  }

  /** Its name below the folder of plans. */
  String name() {
    return folder;
  }

  /** Its path or URI. */
  String location() {
    return plans.below(folder);
  }

  /** What is known of the process that works on it; empty where none does. */
  Optional<ProcessIdentity.State> holder() {
    return StagingFolder.holder(plans, folder);
  }

  void save(RunRecord next) {
    plans.replace(folder + "/" + RECORD, next.toJson());
    record = next;
  }

  /** The files of the plan to be. */
  FlinkPlanStorage files() {
    return FlinkPlanStorage.at(plans.below(folder + "/files"));
  }

  /** Whether the job has done its work. */
  boolean hasSummary() {
    return JobSummary.isThere(files());
  }

  /**
   * Brings files back that were on their way to the folder of the plan when the process was killed.
   *
   * @return the plan where it is sealed already
   */
  Optional<PlanDirectory> recall() {
    if (record.sealing().isEmpty()) {
      return Optional.empty();
    }
    String plan = record.sealing().get();
    if (!hasSummary()) {
      // Files are moved from here, and then what is left is deleted: the plan is there, unless
      // somebody has removed it.
      return plans.exists(plan + "/" + PlanDirectory.MANIFEST)
          ? Optional.of(PlanDirectory.open(plans, plan))
          : Optional.empty();
    }
    if (!plans.exists(plan + "/" + PlanDirectory.MANIFEST)) {
      for (String path : plans.list(plan)) {
        String here = folder + "/files/" + path.substring(plan.length() + 1);
        if (!plans.exists(here)) {
          plans.move(path, here);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * A checkpoint from which the job can go on.
   *
   * @param id grows with each of a run, whichever start it is of
   */
  record Checkpoint(long id, String uri, List<OperatorState> states) {
    /** Whether operators had done all that they have to do. */
    boolean hasEnded(List<String> uids) {
      Set<String> ended =
          states.stream()
              .filter(OperatorState::isFullyFinished)
              .flatMap(state -> state.getOperatorUid().stream())
              .collect(Collectors.toSet());
      return ended.containsAll(uids);
    }
  }

  /**
   * The last checkpoint that was completed, of any start of the run; the savepoint that a pause
   * makes is one, too.
   */
  Optional<Checkpoint> lastCheckpoint() {
    FlinkPlanStorage checkpoints = FlinkPlanStorage.at(record.checkpoints());
    long last = -1;
    String found = "";
    List<Checkpoint> candidates = new ArrayList<>();
    for (String job : checkpoints.folders("")) {
      for (String name : checkpoints.folders(job)) {
        String path = job + "/" + name;
        String number = name.substring(Math.min(name.length(), CHECKPOINT.length()));
        if (name.startsWith(SAVEPOINT) && checkpoints.exists(path + "/" + METADATA)) {
          // Its name says nothing of when it was made.
          candidates.add(read(checkpoints, path));
        } else if (name.startsWith(CHECKPOINT)
            && number.matches("[0-9]{1,18}")
            && Long.parseLong(number) > last
            && checkpoints.exists(path + "/" + METADATA)) {
          last = Long.parseLong(number);
          found = path;
        }
      }
    }
    if (last >= 0) {
      candidates.add(read(checkpoints, found));
    }
    return candidates.stream().max(Comparator.comparingLong(Checkpoint::id));
  }

  /** Whether the job can go on from it, but its own checkpoints can't build upon it. */
  static boolean isSavepoint(String checkpoint) {
    return checkpoint.substring(checkpoint.lastIndexOf('/') + 1).startsWith(SAVEPOINT);
  }

  private static Checkpoint read(FlinkPlanStorage checkpoints, String folder) {
    String path = folder + "/" + METADATA;
    try (InputStream in = checkpoints.read(path);
        DataInputStream data = new DataInputStream(in)) {
      CheckpointMetadata metadata =
          Checkpoints.loadCheckpointMetadata(
              data, RunFolder.class.getClassLoader(), checkpoints.below(folder));
      return new Checkpoint(
          metadata.getCheckpointId(),
          checkpoints.below(folder),
          List.copyOf(metadata.getOperatorStates()));
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot read checkpoint " + checkpoints.location() + "/" + path,
          "Check that the folder can be reached, and resume again.",
          e);
    }
  }

  /** Asks the process that works on it to pause it. */
  void askToPause() {
    plans.replace(folder + "/" + PAUSE, "asked\n".getBytes(StandardCharsets.UTF_8));
  }

  /** Whether somebody has asked for a pause, and nobody has paused it or gone on with it since. */
  boolean isAskedToPause() {
    return plans.exists(folder + "/" + PAUSE);
  }

  /** No pause is asked for any more. */
  void forgetPause() {
    plans.delete(folder + "/" + PAUSE);
  }

  /** Notes that the run has made its plan, and removes all that it kept to be resumed. */
  void end(String plan) {
    FlinkPlanStorage.at(record.checkpoints()).deleteAll();
    plans.deleteFolder(folder + "/files");
    KeptProgress.remove(plans, folder);
    forgetPause();
    save(record.ended(plan));
  }

  /** Removes the run. */
  void drop() {
    FlinkPlanStorage.at(record.checkpoints()).deleteAll();
    plans.deleteFolder(folder);
  }
}
