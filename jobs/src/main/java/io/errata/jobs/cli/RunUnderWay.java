package io.errata.jobs.cli;

import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.ClusterJob;
import io.errata.jobs.plan.RunProgress;
import io.errata.jobs.plan.RunStatus;
import io.errata.jobs.plan.RunStatus.State;
import io.errata.jobs.plan.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A run, as its folder and its cluster tell of it together.
 *
 * @param run its id, where it is of a plan
 * @param job what its cluster knows of it
 * @param local what its folder knows of it
 * @param name of the spec
 * @param state in one word
 * @param stage that it is in, or empty
 * @param processed steps of the stage so far
 * @param total about how many there will be, or 0 where that isn't known
 * @param elapsed time in which these were done
 * @param startedAt when it began
 * @param errors what failed on the cluster, the latest first
 */
record RunUnderWay(
    Optional<String> run,
    Optional<ClusterJob> job,
    Optional<RunStatus> local,
    String name,
    String state,
    String stage,
    long processed,
    long total,
    Duration elapsed,
    Instant startedAt,
    List<String> errors) {

  /** Puts together what folders and a cluster know, the newest first. */
  static List<RunUnderWay> of(List<RunStatus> runs, List<ClusterJob> jobs) {
    List<RunUnderWay> all = new ArrayList<>();
    List<RunStatus> alone = new ArrayList<>(runs);
    for (ClusterJob job : jobs) {
      Optional<RunStatus> local =
          runs.stream().filter(run -> job.run().equals(Optional.of(run.id()))).findFirst();
      // Once the job has ended, what is left is done by the process.
      if (job.hasEnded() && local.isPresent()) {
        continue;
      }
      local.ifPresent(alone::remove);
      all.add(
          new RunUnderWay(
              job.run(),
              Optional.of(job),
              local,
              job.name(),
              job.state(),
              job.stage(),
              job.processed(),
              job.total(),
              job.duration(),
              job.startedAt(),
              job.errors()));
    }
    for (RunStatus run : alone) {
      Optional<RunProgress> progress = run.progress();
      all.add(
          new RunUnderWay(
              Optional.of(run.id()),
              Optional.empty(),
              Optional.of(run),
              run.name(),
              run.state().name().toLowerCase(Locale.ROOT),
              progress.map(RunProgress::stage).orElse(""),
              progress.map(RunProgress::processed).orElse(0L),
              progress.map(RunProgress::total).orElse(0L),
              progress
                  .map(known -> Duration.between(known.stageStartedAt(), known.updatedAt()))
                  .orElse(Duration.ZERO),
              run.startedAt(),
              List.of()));
    }
    all.sort(Comparator.comparing(RunUnderWay::startedAt).reversed());
    return all;
  }

  /** By which a person names it. */
  String id() {
    return run.or(() -> job.map(ClusterJob::id)).orElse("");
  }

  /** Whether nobody works on it, and it can be resumed. */
  boolean isLeftToResume() {
    return local
        .map(RunStatus::state)
        .filter(known -> known != State.ALIVE && known != State.ENDED)
        .isPresent();
  }

  /** What to type to go on with it, where nobody works on it. */
  Optional<String> resumeCommand(Session session) {
    return isLeftToResume() ? local.map(known -> resumeCommand(session, known)) : Optional.empty();
  }

  /** What to type to go on with a run. */
  static String resumeCommand(Session session, RunStatus run) {
    return "errata resume "
        + Shell.quote(session.shorten(run.folder()))
        + run.cluster().map(address -> " --on session --cluster " + address).orElse("");
  }

  /** Whether a person means it by the beginning of an id. */
  boolean isCalled(String typed) {
    return run.filter(id -> id.startsWith(typed)).isPresent()
        || job.filter(known -> known.id().startsWith(typed)).isPresent();
  }

  /** The cluster that its job runs on. */
  Optional<String> cluster(Optional<ClusterAddress> asked) {
    return job.isPresent()
        ? asked.map(ClusterAddress::toString)
        : local
            .flatMap(RunStatus::cluster)
            .or(() -> local.flatMap(RunStatus::progress).flatMap(RunProgress::cluster));
  }

  /** What its reading waits for, where it does. */
  Optional<Waiting> waiting() {
    return local.flatMap(RunStatus::progress).flatMap(RunProgress::waiting);
  }

  // An estimate that turned out too low is no longer one.
  private boolean isTotalKnown() {
    return total > 0 && processed <= total;
  }

  /** Whole percent of what there is to do. */
  OptionalLong percent() {
    return isTotalKnown() ? OptionalLong.of(100 * processed / total) : OptionalLong.empty();
  }

  /** Steps in a second. */
  OptionalDouble rate() {
    return elapsed.toMillis() > 0 && processed > 0
        ? OptionalDouble.of(processed * 1000.0 / elapsed.toMillis())
        : OptionalDouble.empty();
  }

  /** Seconds to go at this rate. */
  OptionalLong secondsLeft() {
    return isTotalKnown() && rate().isPresent()
        ? OptionalLong.of((long) Math.ceil((total - processed) / rate().getAsDouble()))
        : OptionalLong.empty();
  }
}
