package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.ClusterAddress;
import io.errata.jobs.cluster.SessionCluster;
import io.errata.jobs.telemetry.TaskMetrics;
import io.errata.jobs.worker.WorkerJars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.client.deployment.ClusterClientJobClientAdapter;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.deployment.application.WebSubmissionJobClient;
import org.apache.flink.client.deployment.executors.RemoteExecutor;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobmanager.HighAvailabilityMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Flink that a plan runs on: a session cluster that was named, the cluster that the jar was
 * submitted to itself, or else one in this process, whose temporary files lie in a folder of its
 * own and go with it.
 */
final class FlinkRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkRun.class);

  private static final int ATTEMPTS = 100;
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** How often a session cluster that doesn't answer is asked again, before it is given up. */
  private static final int ASKED_AGAIN = 15;

  private static final Duration ASKED_AFTER = Duration.ofSeconds(2);

  private final StreamExecutionEnvironment env;
  private final Optional<SessionCluster> cluster;
  private final Path temporary;

  private FlinkRun(
      StreamExecutionEnvironment env, Optional<SessionCluster> cluster, Path temporary) {
    this.env = env;
    this.cluster = cluster;
    this.temporary = temporary;
  }

  /**
   * How a streaming execution keeps what it has done.
   *
   * @param interval between two checkpoints
   * @param folder of the checkpoints, a path or URI
   * @param from the checkpoint to go on from
   */
  record Checkpointing(Duration interval, String folder, Optional<String> from) {}

  /**
   * Sees that jobs can run in a place, before anything else is done.
   *
   * @throws ErrataException UNAVAILABLE where its cluster doesn't answer, USAGE where there is no
   *     jar that it could be given
   */
  static void check(JobPlace place) {
    if (place.cluster().isPresent()) {
      ErrataJar.find();
      SessionCluster.at(place.cluster().get()).check();
    }
  }

  /**
   * Prepares an environment.
   *
   * @param parallelism tasks of each stage
   * @param checkpointing for streaming execution; empty for batch
   * @throws ErrataException UNAVAILABLE where no temporary folder can be made
   */
  static FlinkRun open(int parallelism, JobPlace place, Optional<Checkpointing> checkpointing) {
    Path temporary;
    try {
      temporary = Files.createTempDirectory("errata-");
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot make a temporary folder below " + System.getProperty("java.io.tmpdir"),
          "Free some space there, or name another with -Djava.io.tmpdir in ERRATA_JAVA_OPTS.",
          e);
    }
    Configuration configuration = new Configuration();
    configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    // The worker's own copies of these would be other classes.
    configuration.set(
        CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL, List.of(WorkerJars.SHARED));
    // A failure of a source or of the database is told at once; a person or an orchestrator tries
    // again.
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    configuration.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    configuration.set(BatchExecutionOptions.ADAPTIVE_AUTO_PARALLELISM_ENABLED, false);
    configuration.set(CoreOptions.TMP_DIRS, temporary.toString());
    // The web server's folder for uploads isn't among those.
    configuration.set(WebOptions.TMP_DIR, temporary.toString());
    // Flink's servers ask for no password, and would take connections from anywhere.
    configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    configuration.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
    configuration.set(TaskManagerOptions.BIND_HOST, "127.0.0.1");
    configuration.set(WebOptions.SUBMIT_ENABLE, false);
    configuration.set(TaskManagerOptions.NUM_TASK_SLOTS, parallelism);
    // In batch execution a stage that sorts goes to disk in parts that are sorted one by one: it
    // needs little. In streaming execution RocksDB keeps in it what is asked for often.
    long managed = checkpointing.isPresent() ? 384 : 64 + 48L * parallelism;
    set(configuration, TaskManagerOptions.MANAGED_MEMORY_SIZE, managed);
    // Each task of a blocking exchange wants buffers of its own, however little it has to write.
    long network = Math.min(1024, 64L * Math.max(2, parallelism));
    set(configuration, TaskManagerOptions.NETWORK_MEMORY_MIN, network);
    set(configuration, TaskManagerOptions.NETWORK_MEMORY_MAX, network);
    configuration.set(NettyShuffleEnvironmentOptions.NETWORK_SORT_SHUFFLE_MIN_BUFFERS, 64);
    // The stages' blocks are compact already, and lie on the same disk: to compress them costs more
    // than to write them.
    configuration.set(
        NettyShuffleEnvironmentOptions.SHUFFLE_COMPRESSION_CODEC,
        NettyShuffleEnvironmentOptions.CompressionCodec.NONE);
    // Accumulators, from which the progress is shown, travel with heartbeats.
    configuration.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(500));
    configuration.set(
        ClusterOptions.UNCAUGHT_EXCEPTION_HANDLING, ClusterOptions.UncaughtExceptionHandleMode.LOG);
    checkpointing.ifPresent(kept -> stream(configuration, kept));
    List<String> jars = place.workerJars().stream().map(jar -> jar.toUri().toString()).toList();
    if (place.cluster().isPresent()) {
      return new FlinkRun(
          submitting(configuration, place.cluster().get(), jars),
          place.cluster().map(SessionCluster::at),
          temporary);
    }
    // For this process's own metrics; a cluster has reporters of its own.
    configuration.setString(
        "metrics.reporter.errata.factory.class", TaskMetrics.Factory.class.getName());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    if (!jars.isEmpty()) {
      // Beside the jar that was submitted, where one was.
      List<String> all =
          new ArrayList<>(
              env.getConfiguration().getOptional(PipelineOptions.JARS).orElse(List.of()));
      all.addAll(jars);
      env.configure(new Configuration().set(PipelineOptions.JARS, all));
    }
    return new FlinkRun(env, Optional.empty(), temporary);
  }

  private static StreamExecutionEnvironment submitting(
      Configuration configuration, ClusterAddress cluster, List<String> workers) {
    configuration.set(DeploymentOptions.TARGET, RemoteExecutor.NAME);
    configuration.set(DeploymentOptions.ATTACHED, true);
    configuration.set(RestOptions.ADDRESS, cluster.host());
    configuration.set(RestOptions.PORT, cluster.port());
    configuration.set(JobManagerOptions.ADDRESS, cluster.host());
    configuration.set(JobManagerOptions.PORT, cluster.port());
    configuration.set(RestOptions.RETRY_MAX_ATTEMPTS, ASKED_AGAIN);
    configuration.set(RestOptions.RETRY_DELAY, ASKED_AFTER);
    List<String> jars = new ArrayList<>();
    // In front: all of them share one class loader there.
    jars.add(ErrataJar.find().toUri().toString());
    jars.addAll(workers);
    configuration.set(PipelineOptions.JARS, jars);
    return new StreamExecutionEnvironment(configuration);
  }

  private static void stream(Configuration configuration, Checkpointing kept) {
    configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
    configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, kept.folder());
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, kept.interval());
    configuration.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    // Between the end of the input and the last row that is compared no checkpoint can be made,
    // however long that takes; one that waits for it is no failure.
    configuration.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofDays(365));
    configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
    // A task manager that is lost costs no more than what came behind the last checkpoint; what
    // fails again and again is told after half a minute.
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofSeconds(1));
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(16));
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER, 2.0);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
        Duration.ofMinutes(10));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, 5);
    // Otherwise a restart waits for a minute until the reader that failed has closed.
    configuration.set(SourceReaderOptions.SOURCE_READER_CLOSE_TIMEOUT, 1000L);
    kept.from()
        .ifPresent(
            checkpoint -> {
              configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint);
              // Rows of a snapshot that is gone are read anew by other operators.
              configuration.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true);
              // Checkpoints that build upon a claimed savepoint would look for its files in
              // their own folders.
              configuration.set(
                  StateRecoveryOptions.RESTORE_MODE,
                  RunFolder.isSavepoint(checkpoint)
                      ? RecoveryClaimMode.NO_CLAIM
                      : RecoveryClaimMode.CLAIM);
            });
  }

  /**
   * As text: Flink prints a {@code MemorySize} in the digits of the machine's locale and reads
   * ASCII digits only, so that no job started where people write others (Arabic, Persian).
   */
  private static void set(
      Configuration configuration, ConfigOption<MemorySize> option, long mebibytes) {
    configuration.setString(option.key(), mebibytes + " mb");
  }

  StreamExecutionEnvironment env() {
    return env;
  }

  /**
   * A client that can be asked how a job does. The one of a job that was submitted through the web
   * server of a session cluster, as that of a {@code FlinkSessionJob} is, refuses all questions;
   * this program runs in the job manager then, whose REST interface is asked instead.
   */
  JobClient attach(JobClient submitted) {
    if (!(submitted instanceof WebSubmissionJobClient)) {
      return submitted;
    }
    Configuration own = Configuration.fromMap(env.getConfiguration().toMap());
    own.set(RestOptions.ADDRESS, "127.0.0.1");
    own.getOptional(RestOptions.BIND_PORT)
        .filter(port -> port.matches("[1-9][0-9]*"))
        .ifPresent(port -> own.set(RestOptions.PORT, Integer.valueOf(port)));
    // This one, whoever leads.
    own.set(HighAvailabilityOptions.HA_MODE, HighAvailabilityMode.NONE.name());
    return new ClusterClientJobClientAdapter<>(
        () -> client(own), submitted.getJobID(), FlinkRun.class.getClassLoader());
  }

  /** A client of a job that runs already on the session cluster. */
  JobClient attach(String job) {
    Configuration own = Configuration.fromMap(env.getConfiguration().toMap());
    return new ClusterClientJobClientAdapter<>(
        () -> client(own), JobID.fromHexString(job), FlinkRun.class.getClassLoader());
  }

  /**
   * Has a checkpoint made of a job, at once. On a session cluster that is one as the regular ones
   * are, which builds upon the one before; a cluster in this process can be asked for a savepoint
   * only.
   *
   * @param folder of the run's checkpoints
   * @return fails where none can be made now, such as while tasks are being started
   */
  CompletableFuture<?> checkpoint(JobClient job, String folder) {
    CompletableFuture<?> made;
    if (cluster.isPresent()) {
      RestClusterClient<StandaloneClusterId> client =
          client(Configuration.fromMap(env.getConfiguration().toMap()));
      made =
          client
              .triggerCheckpoint(job.getJobID(), CheckpointType.CONFIGURED)
              .whenComplete((id, e) -> client.close());
    } else {
      made =
          job.triggerSavepoint(
              folder + "/" + job.getJobID().toHexString(), SavepointFormatType.NATIVE);
    }
    return made.whenComplete(
        (at, e) -> {
          if (e != null) {
            LOG.debug("No checkpoint of job {}", job.getJobID(), e);
          }
        });
  }

  private static RestClusterClient<StandaloneClusterId> client(Configuration own) {
    try {
      return new RestClusterClient<>(own, StandaloneClusterId.getInstance());
    } catch (Exception e) {
      throw new IllegalStateException("no client of the job manager's REST interface", e);
    }
  }

  /** The session cluster that jobs are submitted to. */
  Optional<SessionCluster> cluster() {
    return cluster;
  }

  /**
   * Deletes the temporary files. The cluster deletes its own as it shuts down, which may take some
   * more moments.
   */
  @Override
  public void close() {
    IOException last = null;
    for (int attempt = 0; attempt < ATTEMPTS && Files.exists(temporary); attempt++) {
      try {
        FileUtils.deleteDirectory(temporary.toFile());
        return;
      } catch (IOException e) {
        last = e;
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
    if (Files.exists(temporary)) {
      LOG.warn("Cannot delete the temporary folder {}; it can be removed by hand", temporary, last);
    }
  }
}
