package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.ClusterJob;
import io.errata.jobs.cluster.SessionCluster;
import io.errata.jobs.kubernetes.Kubectl;
import io.errata.jobs.kubernetes.KubernetesObjects;
import io.errata.jobs.plan.EventComparer;
import io.errata.jobs.plan.EventComparison;
import io.errata.jobs.plan.Finding;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.jobs.plan.JobPlace;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.plan.Preflight;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.plan.Runs;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import io.errata.jobs.spec.UnresolvedSpec;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanStorage;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTables;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The real ones. */
final class InstalledOperations implements Operations {
  /** Longer than a run may take to give up what is under way. */
  private static final Duration STOPPED_WITHIN = Duration.ofMinutes(1);

  @Override
  public Spec parse(Path file, List<String> overrides) {
    return SpecParser.parse(file, overrides);
  }

  @Override
  public UnresolvedSpec parseUnresolved(Path file, List<String> overrides) {
    return SpecParser.parseUnresolved(file, overrides);
  }

  @Override
  public Spec parsePlanned(String text, List<String> overrides) {
    return SpecParser.parseText(text, overrides);
  }

  @Override
  public List<Finding> check(Spec spec, List<Path> workerJars) {
    return Preflight.check(spec, workerJars);
  }

  @Override
  public PlanDirectory plan(
      Spec spec, PlannerOptions options, PlanProgress progress, Cancellation cancellation) {
    try (Planner planner = new Planner(progress);
        Cancellation.Registration offered = cancellation.offer(planner);
        Cancellation.Registration registration = cancellation.onCancel(planner::close)) {
      return planner.plan(spec, options);
    }
  }

  @Override
  public PlanDirectory retry(
      Spec spec,
      PlannerOptions options,
      PlanDirectory retried,
      PlanProgress progress,
      Cancellation cancellation) {
    try (Planner planner = new Planner(progress);
        Cancellation.Registration offered = cancellation.offer(planner);
        Cancellation.Registration registration = cancellation.onCancel(planner::close)) {
      return planner.retry(spec, options, retried);
    }
  }

  @Override
  public EventComparison compareEvents(
      Spec spec, PlannerOptions options, PlanProgress progress, Cancellation cancellation) {
    try (EventComparer comparer = new EventComparer(progress, Clock.systemUTC());
        Cancellation.Registration registration = cancellation.onCancel(comparer::close)) {
      return comparer.compare(spec, options);
    }
  }

  @Override
  public PlanDirectory resume(
      String plans, String run, JobPlace place, PlanProgress progress, Cancellation cancellation) {
    try (Planner planner = new Planner(progress);
        Cancellation.Registration offered = cancellation.offer(planner);
        Cancellation.Registration registration = cancellation.onCancel(planner::close)) {
      return planner.resume(plans, run, place);
    }
  }

  @Override
  public List<RunStatus> runs(String plans) {
    return Runs.list(plans);
  }

  @Override
  public List<RunStatus> underWay(String plans) {
    return Runs.underWay(plans);
  }

  @Override
  public List<ClusterJob> jobs(ClusterAddress cluster) {
    SessionCluster asked = SessionCluster.at(cluster);
    asked.check();
    return asked.jobs();
  }

  @Override
  public Optional<String> cancel(ClusterAddress cluster, String job) {
    return SessionCluster.at(cluster).cancel(job, STOPPED_WITHIN);
  }

  @Override
  public boolean stop(long process) {
    Optional<ProcessHandle> handle = ProcessHandle.of(process);
    if (handle.isEmpty()) {
      return true;
    }
    handle.get().destroy();
    try {
      handle.get().onExit().get(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  @Override
  public RunStatus pause(String plans, String run) {
    return Runs.pause(plans, run, STOPPED_WITHIN);
  }

  @Override
  public void drop(String plans, String run) {
    Runs.drop(plans, run);
  }

  @Override
  public PlanStorage storage(String folder) {
    // Without Flink, whose file systems take a second to load, and follow links out of a plan.
    if (folder.startsWith("file://")) {
      return LocalPlanStorage.of(local(folder));
    }
    return folder.contains("://")
        ? FlinkPlanStorage.at(folder)
        : LocalPlanStorage.of(Path.of(folder));
  }

  @Override
  public boolean isSeen(String plans) {
    if (plans.startsWith("file://")) {
      return Files.isDirectory(local(plans));
    }
    return plans.contains("://") || Files.isDirectory(Path.of(plans));
  }

  @Override
  public KubernetesObjects kubernetes() {
    return new Kubectl();
  }

  private static Path local(String uri) {
    try {
      return Path.of(URI.create(uri));
    } catch (IllegalArgumentException e) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use " + uri + ": it is no URI of a local folder (file:///path)",
          "Write the path as it is, or encode what a URI can't hold.",
          e);
    }
  }

  @Override
  public LiveTable open(Spec spec) {
    return LiveTables.open(spec.table());
  }
}
