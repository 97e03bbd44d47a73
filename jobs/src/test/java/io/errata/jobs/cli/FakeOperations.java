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
import io.errata.jobs.plan.RunStatus.State;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.UnresolvedSpec;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanStorage;
import io.errata.state.table.LiveTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Operations whose outcome a test chooses. */
final class FakeOperations implements Operations {
  final List<String> overrides = new ArrayList<>();
  final List<String> resumed = new ArrayList<>();
  final List<String> dropped = new ArrayList<>();
  final Map<String, List<RunStatus>> runs = new HashMap<>();
  final Map<ClusterAddress, List<ClusterJob>> jobs = new HashMap<>();
  Consumer<String> onUnderWay = folder -> {};
  final List<String> cancelled = new ArrayList<>();
  final List<String> paused = new ArrayList<>();
  State afterPause = State.PAUSED;
  final List<Long> stopped = new ArrayList<>();
  final List<PlannerOptions> planned = new ArrayList<>();
  Path plansSeen = Path.of("/nowhere");
  Supplier<KubernetesObjects> kubernetes =
      () -> {
        throw new IllegalStateException("no Kubernetes is expected");
      };
  Supplier<Spec> spec = SampleSpec::spec;
  Supplier<List<Finding>> findings = List::of;
  BiFunction<Spec, PlanProgress, PlanDirectory> planner =
      (spec, progress) -> {
        throw new IllegalStateException("no plan is expected");
      };
  Supplier<EventComparison> comparison =
      () -> {
        throw new IllegalStateException("no comparison is expected");
      };
  Supplier<LiveTable> table =
      () -> {
        throw new IllegalStateException("no table is expected");
      };

  @Override
  public Spec parse(Path file, List<String> given) {
    overrides.addAll(given);
    return spec.get();
  }

  @Override
  public UnresolvedSpec parseUnresolved(Path file, List<String> given) {
    overrides.addAll(given);
    return new UnresolvedSpec("sample", plansSeen.toString(), "name: sample\n");
  }

  @Override
  public boolean isSeen(String plans) {
    return Files.isDirectory(Path.of(plans));
  }

  @Override
  public KubernetesObjects kubernetes() {
    return kubernetes.get();
  }

  @Override
  public Spec parsePlanned(String text, List<String> given) {
    overrides.addAll(given);
    return spec.get();
  }

  @Override
  public List<Finding> check(Spec spec, List<Path> workerJars) {
    return findings.get();
  }

  @Override
  public PlanDirectory plan(
      Spec spec, PlannerOptions options, PlanProgress progress, Cancellation cancellation) {
    planned.add(options);
    return planner.apply(spec, progress);
  }

  @Override
  public PlanDirectory retry(
      Spec spec,
      PlannerOptions options,
      PlanDirectory retried,
      PlanProgress progress,
      Cancellation cancellation) {
    return plan(spec, options, progress, cancellation);
  }

  @Override
  public EventComparison compareEvents(
      Spec spec, PlannerOptions options, PlanProgress progress, Cancellation cancellation) {
    planned.add(options);
    return comparison.get();
  }

  @Override
  public PlanDirectory resume(
      String plans, String run, JobPlace place, PlanProgress progress, Cancellation cancellation) {
    resumed.add(plans + " " + run);
    return planner.apply(spec.get(), progress);
  }

  @Override
  public List<RunStatus> runs(String plans) {
    return runs.getOrDefault(plans, List.of());
  }

  @Override
  public List<RunStatus> underWay(String plans) {
    onUnderWay.accept(plans);
    return runs(plans);
  }

  @Override
  public List<ClusterJob> jobs(ClusterAddress cluster) {
    return jobs.getOrDefault(cluster, List.of());
  }

  @Override
  public Optional<String> cancel(ClusterAddress cluster, String job) {
    cancelled.add(cluster + " " + job);
    return Optional.of("canceled");
  }

  @Override
  public boolean stop(long process) {
    stopped.add(process);
    return true;
  }

  @Override
  public RunStatus pause(String plans, String run) {
    paused.add(plans + " " + run);
    RunStatus found =
        runs(plans).stream().filter(known -> known.id().equals(run)).findFirst().orElseThrow();
    return new RunStatus(
        run, found.name(), found.folder(), afterPause, found.startedAt(), found.plan());
  }

  @Override
  public void drop(String plans, String run) {
    dropped.add(plans + " " + run);
  }

  @Override
  public PlanStorage storage(String folder) {
    return LocalPlanStorage.of(Path.of(folder));
  }

  @Override
  public LiveTable open(Spec spec) {
    return table.get();
  }
}
