package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cluster.SessionCluster;
import java.net.ConnectException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.flink.runtime.client.JobCancellationException;
import org.apache.flink.runtime.client.JobSubmissionException;
import org.apache.flink.runtime.io.network.netty.exception.TransportException;
import org.apache.flink.runtime.io.network.partition.PartitionException;
import org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException;
import org.apache.flink.runtime.jobmaster.JobMasterException;
import org.apache.flink.runtime.resourcemanager.exceptions.ResourceManagerException;
import org.apache.flink.runtime.rest.util.RestClientException;
import org.apache.flink.runtime.rpc.exceptions.RpcException;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.FlinkException;
import org.apache.flink.util.SerializedThrowable;
import org.apache.flink.util.concurrent.FutureUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells why a job ended without a result: by Errata's own word, by the cluster, or by a fault. */
final class JobFailure {
  private static final Logger LOG = LoggerFactory.getLogger(JobFailure.class);

  /** What Flink says, in an exception that could be anything else. */
  private static final String TOO_FEW_BUFFERS = "Insufficient number of network buffers";

  /** What operating systems say where a disk holds no more, in exceptions of many kinds. */
  private static final List<String> DISK_FULL =
      List.of("No space left on device", "Disk quota exceeded");

  /**
   * Who notices first that a process is gone decides which of them it is: the job manager's two
   * heartbeats, a task that reads from it, or a call to it.
   */
  private static final List<Class<? extends Exception>> OF_THE_CLUSTER =
      List.of(
          TimeoutException.class,
          TransportException.class,
          PartitionException.class,
          ConnectException.class,
          RpcException.class,
          FutureUtils.RetryException.class,
          RestClientException.class,
          JobSubmissionException.class,
          JobMasterException.class,
          ResourceManagerException.class,
          NoResourceAvailableException.class);

  private JobFailure() {}

  /** As {@link #of(Throwable, Optional, Optional)}, of a job that may not have begun. */
  static ErrataException of(Throwable e, Optional<SessionCluster> cluster) {
    return of(e, cluster, Optional.empty());
  }

  /**
   * The error to show.
   *
   * @param e what Flink ended with
   * @param cluster the session cluster that the job ran on
   * @param job its id there
   * @return the one that a task failed with; CANCELLED; UNAVAILABLE where machines or connections
   *     failed or are too few, or a disk is full; otherwise INTERNAL
   */
  static ErrataException of(Throwable e, Optional<SessionCluster> cluster, Optional<String> job) {
    ClassLoader loader = JobFailure.class.getClassLoader();
    if (find(e, JobCancellationException.class, loader).isPresent()) {
      return new ErrataException(
          ErrorCode.CANCELLED,
          "Cannot finish the job: it was cancelled on the cluster",
          "Plan again; nothing was written.",
          e);
    }
    if (ExceptionUtils.findThrowableWithMessage(e, TOO_FEW_BUFFERS).isPresent()) {
      return new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot finish the job: the task managers have too little memory for the network",
          "Raise taskmanager.memory.network.max there, plan one at a time, or with a smaller"
              + " --parallelism; nothing was written.",
          e);
    }
    Optional<ErrataException> own = find(e, ErrataException.class, loader);
    if (own.isPresent()) {
      ErrataException cause = own.get();
      return new ErrataException(cause.code(), cause.getMessage(), cause.next(), e);
    }
    for (String said : DISK_FULL) {
      if (ExceptionUtils.findThrowableWithMessage(e, said).isPresent()) {
        return diskFull(said, e, cluster.flatMap(asked -> job.flatMap(id -> place(asked, id))));
      }
    }
    return isOfTheCluster(e, loader) ? lost(e, cluster) : bug(e);
  }

  /** The task manager that a job failed on, where the cluster still says so. */
  private static Optional<String> place(SessionCluster cluster, String job) {
    try {
      return cluster.failedOn(job);
    } catch (ErrataException unreachable) {
      LOG.warn("{}", unreachable.getMessage());
      return Optional.empty();
    }
  }

  private static ErrataException diskFull(String said, Throwable e, Optional<String> place) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot finish the job: the disk of the temporary folder"
            + place.map(name -> " of task manager " + name).orElse("")
            + " is full ("
            + said
            + ")",
        "Free some space in the temporary folder of the process or task manager (java.io.tmpdir,"
            + " io.tmp.dirs), or name one on a larger disk, then try again; nothing was written.",
        e);
  }

  private static boolean isOfTheCluster(Throwable e, ClassLoader loader) {
    return OF_THE_CLUSTER.stream().anyMatch(type -> find(e, type, loader).isPresent())
        // Flink's own word with nothing behind it, such as of slots that were released.
        || root(e).equals(FlinkException.class.getName());
  }

  /**
   * Finds a cause, also among those that were sent here as bytes. One whose class isn't here, such
   * as that of a file system of the cluster, stays bytes; {@link
   * ExceptionUtils#findThrowableSerializedAware} looks at such a one for ever.
   */
  private static <T extends Throwable> Optional<T> find(
      Throwable e, Class<T> type, ClassLoader loader) {
    Throwable at = e;
    while (at != null && !type.isInstance(at)) {
      Throwable read = SerializedThrowable.get(at, loader);
      at = read == at ? at.getCause() : read;
    }
    return Optional.ofNullable(at).map(type::cast);
  }

  /** The class of the innermost cause. */
  private static String root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof SerializedThrowable sent
        ? sent.getOriginalErrorClassName()
        : root.getClass().getName();
  }

  private static ErrataException lost(Throwable e, Optional<SessionCluster> session) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        session
            .map(
                cluster ->
                    "Cannot finish the job: the cluster at "
                        + cluster.address()
                        + " doesn't answer, has forgotten it, lost a task manager, or has too few slots")
            .orElse("Cannot finish the job: the cluster lost a task manager, or has too few slots"),
        "See the job manager's log, then try again; nothing was written.",
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
