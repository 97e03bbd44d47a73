package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.OverdueWorker;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.io.network.netty.exception.TransportException;
import org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException;
import org.apache.flink.runtime.resourcemanager.exceptions.ResourceManagerException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;

/** Runs a job to its end and tells how far it has come. */
final class JobWatch {
  private static final long POLL_MILLIS = 500;

  /** How long a job may take to end that is given up. */
  private static final int CANCEL_SECONDS = 5;

  private final StreamExecutionEnvironment env;
  private final Stages stages;
  private final Resources resources;

  JobWatch(StreamExecutionEnvironment env, Stages stages, Resources resources) {
    this.env = env;
    this.stages = stages;
    this.resources = resources;
  }

  /**
   * Runs it.
   *
   * @param expected about how many steps there will be: an event is read and then deduped, a row is
   *     compared
   * @return the accumulators at its end
   * @throws ErrataException the one that a task failed with, LIMIT where a call of the worker took
   *     too long, or INTERNAL
   */
  Map<String, Object> execute(String name, long expected) {
    return execute(name, expected, () -> false);
  }

  /**
   * As {@link #execute(String, long)}.
   *
   * @param done whether all of its work is done, so that nothing is left to wait for but its last
   *     checkpoint
   */
  Map<String, Object> execute(String name, long expected, BooleanSupplier done) {
    JobClient client;
    try {
      client = env.executeAsync(name);
    } catch (Exception e) {
      throw failure(e);
    }
    CompletableFuture<JobExecutionResult> result = client.getJobExecutionResult();
    resources.hold(
        () -> {
          if (!result.isDone()) {
            cancel(client, result);
          }
        });
    while (true) {
      try {
        JobExecutionResult ended = result.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        refuseOverdue(ended.getAllAccumulatorResults());
        stages.advance(expected, expected);
        return ended.getAllAccumulatorResults();
      } catch (TimeoutException e) {
        Map<String, Object> accumulators = accumulators(client);
        if (!overdue(accumulators).isEmpty()) {
          cancel(client, result);
          refuseOverdue(accumulators);
        }
        if (done.getAsBoolean()) {
          cancel(client, result);
          stages.advance(expected, expected);
          return accumulators;
        }
        stages.advance(steps(accumulators), expected);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ErrataException(
            ErrorCode.CANCELLED,
            "Cannot finish the plan: it was interrupted",
            "Plan again; nothing was written.",
            e);
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }
  }

  private static Map<String, Object> accumulators(JobClient client) {
    try {
      return client.getAccumulators().get(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Map.of();
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      // Progress only: the result of the job says whether anything is wrong. A cluster in this
      // process
      // that has just shut down, as the job ended, refuses to be asked.
      return Map.of();
    }
  }

  private static String overdue(Map<String, Object> accumulators) {
    return String.valueOf(accumulators.getOrDefault(OverdueWorker.NAME, ""));
  }

  private static void refuseOverdue(Map<String, Object> accumulators) {
    String overdue = overdue(accumulators);
    int end = overdue.indexOf('\n');
    if (end > 0) {
      throw new ErrataException(
          ErrorCode.LIMIT, overdue.substring(0, end), overdue.substring(end + 1));
    }
  }

  /**
   * Gives the job up. A task that doesn't come back from its worker is left behind: a thread can't
   * be ended from outside. It ends with the process, or with the task manager, which Flink stops
   * for it.
   */
  private static void cancel(JobClient client, CompletableFuture<JobExecutionResult> result) {
    try {
      client.cancel().get(CANCEL_SECONDS, TimeUnit.SECONDS);
      result.get(CANCEL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      // It was given up, or is stuck; why is told already. Or it has just ended, and the cluster in
      // this process with it.
    }
  }

  private static long steps(Map<String, Object> accumulators) {
    return accumulators.values().stream()
        .filter(Long.class::isInstance)
        .mapToLong(Long.class::cast)
        .sum();
  }

  private static ErrataException failure(Throwable e) {
    ClassLoader loader = JobWatch.class.getClassLoader();
    return ExceptionUtils.findThrowableSerializedAware(e, ErrataException.class, loader)
        .map(cause -> new ErrataException(cause.code(), cause.getMessage(), cause.next(), e))
        .orElseGet(() -> isOfTheCluster(e, loader) ? lost(e) : bug(e));
  }

  /** Whether machines or connections failed, or are too few; then the program is not at fault. */
  private static boolean isOfTheCluster(Throwable e, ClassLoader loader) {
    return Stream.of(
            TimeoutException.class,
            TransportException.class,
            ResourceManagerException.class,
            NoResourceAvailableException.class)
        .anyMatch(type -> ExceptionUtils.findThrowableSerializedAware(e, type, loader).isPresent());
  }

  private static ErrataException lost(Throwable e) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot finish the job: the cluster lost a task manager, or has too few slots",
        "See the job manager's log, then plan again; nothing was written.",
        e);
  }

  private static ErrataException bug(Throwable e) {
    return new ErrataException(
        ErrorCode.INTERNAL,
        "Cannot finish the job: a task failed",
        "Run again with --debug, and report what it prints.",
        e);
  }
}
