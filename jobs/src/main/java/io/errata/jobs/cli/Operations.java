package io.errata.jobs.cli;

import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.ClusterJob;
import io.errata.jobs.kubernetes.KubernetesObjects;
import io.errata.jobs.plan.EventComparison;
import io.errata.jobs.plan.Finding;
import io.errata.jobs.plan.JobPlace;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.UnresolvedSpec;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanStorage;
import io.errata.state.table.LiveTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the verbs call on: the spec, the planner, plans and live tables. Fails with {@code
 * ErrataException}.
 */
interface Operations {
  /** Reads a spec, with some of its values overridden. */
  Spec parse(Path file, List<String> overrides);

  /** Reads a spec as well, whose references stand for something on another machine. */
  UnresolvedSpec parseUnresolved(Path file, List<String> overrides);

  /** Reads the spec that a plan was made from. */
  Spec parsePlanned(String text, List<String> overrides);

  /**
   * What is wrong with a spec's connections, table, source and worker.
   *
   * @param workerJars jars with workers of the user
   */
  List<Finding> check(Spec spec, List<Path> workerJars);

  /** Makes a plan below the spec's folder of plans, unless the person stops it. */
  PlanDirectory plan(
      Spec spec, PlannerOptions options, PlanProgress progress, Cancellation cancellation);

  /** Makes a plan of the keys that another left in quarantine, unless the person stops it. */
  PlanDirectory retry(
      Spec spec,
      PlannerOptions options,
      PlanDirectory retried,
      PlanProgress progress,
      Cancellation cancellation);

  /** Compares what Kafka and the archive hold, unless the person stops it. */
  EventComparison compareEvents(
      Spec spec, PlannerOptions options, PlanProgress progress, Cancellation cancellation);

  /** Goes on with a run below a folder of plans, unless the person stops it. */
  PlanDirectory resume(
      String plans, String run, JobPlace place, PlanProgress progress, Cancellation cancellation);

  /** The runs below a folder of plans, which need not exist. */
  List<RunStatus> runs(String plans);

  /** The runs below a folder of plans that are under way, or can be resumed. */
  List<RunStatus> underWay(String plans);

  /** Errata's jobs on a cluster. */
  List<ClusterJob> jobs(ClusterAddress cluster);

  /**
   * Cancels a job, and waits for its end a while.
   *
   * @return the state in which it is then; empty where it isn't known
   */
  Optional<String> cancel(ClusterAddress cluster, String job);

  /**
   * Stops the process of a run, as Ctrl-C would, and waits for its end a while.
   *
   * @return whether it has ended
   */
  boolean stop(long process);

  /**
   * Asks the process of a run to pause it, and waits for that a while.
   *
   * @return how the run stands then
   */
  RunStatus pause(String plans, String run);

  /** Removes a run. */
  void drop(String plans, String run);

  /** The files below a folder, which need not exist. */
  PlanStorage storage(String folder);

  /** Whether a folder of plans can be seen from this machine: on a store, or as a folder. */
  boolean isSeen(String plans);

  /** The API server that the user's {@code kubectl} reaches. */
  KubernetesObjects kubernetes();

  /** Connects to the spec's live table. */
  LiveTable open(Spec spec);
}
