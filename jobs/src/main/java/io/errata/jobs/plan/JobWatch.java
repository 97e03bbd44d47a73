package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.JobLabels;
import io.errata.jobs.graph.JobCounts;
import io.errata.jobs.graph.OverdueWorker;
import io.errata.jobs.graph.WaitNote;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a job to its end and tells how far it has come. */
final class JobWatch {
  private static final Logger LOG = LoggerFactory.getLogger(JobWatch.class);
  private static final long POLL_MILLIS = 500;

  /** How long a job may take to end that is given up. */
  private static final int CANCEL_SECONDS = 5;

  private final FlinkRun run;
  private final Stages stages;
  private final Resources resources;
  private final Optional<FlinkPlanStorage> waits;

  JobWatch(FlinkRun run, Stages stages, Resources resources) {
    this(run, stages, resources, Optional.empty());
  }

  /**
   * @param waits the staging folder in which tasks note that they wait; empty where they never do
   */
  JobWatch(FlinkRun run, Stages stages, Resources resources, Optional<FlinkPlanStorage> waits) {
    this.waits = waits;
    this.run = run;
    this.stages = stages;
    this.resources = resources;
  }

  /**
   * Runs it.
   *
   * @param labels what it is called
   * @return the accumulators at its end
   * @throws ErrataException the one that a task failed with, LIMIT where a call of the worker took
   *     too long, or INTERNAL
   */
  Map<String, Object> execute(JobLabels labels) {
    return execute(labels, () -> false, Optional.empty());
  }

  /**
   * As {@link #execute(JobLabels)}.
   *
   * @param done whether all of its work is done, so that nothing is left to wait for but its last
   *     checkpoint
   * @param parting how this process may part from it
   * @throws ErrataException CANCELLED, too, where they have
   */
  Map<String, Object> execute(JobLabels labels, BooleanSupplier done, Optional<Parting> parting) {
    JobClient submitted;
    try {
      run.env().getConfig().setGlobalJobParameters(Configuration.fromMap(labels.parameters()));
      submitted = run.attach(run.env().executeAsync(labels.jobName()));
    } catch (Exception e) {
      throw JobFailure.of(e, run.cluster());
    }
    JobClient client = submitted;
    parting.ifPresent(run -> run.started(client.getJobID().toHexString()));
    return await(client, labels.total(), done, parting);
  }

  /**
   * Waits for a job that runs already, as {@link #execute(JobLabels, BooleanSupplier, Optional)}.
   *
   * @param job its id on the cluster
   * @param expected about how many steps there will be
   */
  Map<String, Object> attach(String job, long expected, BooleanSupplier done, Parting parting) {
    return await(run.attach(job), expected, done, Optional.of(parting));
  }

  private Map<String, Object> await(
      JobClient client, long expected, BooleanSupplier done, Optional<Parting> parting) {
    stages.job(client.getJobID().toHexString());
    CompletableFuture<JobExecutionResult> result = client.getJobExecutionResult();
    resources.hold(
        () -> {
          if (!result.isDone() && parting.filter(Parting::isLeft).isEmpty()) {
            cancel(client, result);
          }
        });
    while (true) {
      try {
        JobExecutionResult ended = result.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        refuseOverdue(ended.getAllAccumulatorResults());
        stages.counted(JobCounts.of(ended.getAllAccumulatorResults()));
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
        Parting.Way way = parting.map(run -> run.look(client)).orElse(Parting.Way.TOGETHER);
        if (way == Parting.Way.PAUSED) {
          cancel(client, result);
        }
        if (way != Parting.Way.TOGETHER) {
          throw parting.orElseThrow().end();
        }
        if (waits.isPresent()) {
          stages.waits(WaitNote.find(waits.get()));
        }
        if (!accumulators.isEmpty()) {
          JobCounts counts = JobCounts.of(accumulators);
          stages.counted(counts);
          stages.advance(counts.steps(), expected);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ErrataException(
            ErrorCode.CANCELLED,
            "Cannot finish the plan: it was interrupted",
            "Plan again; nothing was written.",
            e);
      } catch (ExecutionException e) {
        throw JobFailure.of(e, run.cluster(), Optional.of(client.getJobID().toHexString()));
      }
    }
  }

  private Map<String, Object> accumulators(JobClient client) {
    try {
      if (run.cluster().isPresent()) {
        // Flink's own client is made anew for each question, and asks on where nobody answers.
        return run.cluster().get().accumulators(client.getJobID().toHexString());
      }
      return client.getAccumulators().get(POLL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Map.of();
    } catch (ExecutionException | TimeoutException | IllegalStateException | ErrataException e) {
      // Progress only: the result of the job says whether anything is wrong. A cluster in this
      // process that has just shut down, as the job ended, refuses to be asked.
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
  private void cancel(JobClient client, CompletableFuture<JobExecutionResult> result) {
    try {
      client.cancel().get(CANCEL_SECONDS, TimeUnit.SECONDS);
      result.get(CANCEL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      if (run.cluster().isPresent() && !result.isDone()) {
        LOG.warn(
            "Job {} on {} may go on: errata cancel {} --cluster {}",
            client.getJobID(),
            run.cluster().get().address(),
            client.getJobID(),
            run.cluster().get().address());
      }
      // It was given up, or is stuck; why is told already. Or it has just ended, and the cluster in
      // this process with it.
    }
  }
}
