package io.errata.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.JobException;
import org.apache.flink.runtime.client.JobCancellationException;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.runtime.io.network.netty.exception.LocalTransportException;
import org.apache.flink.runtime.io.network.netty.exception.RemoteTransportException;
import org.apache.flink.runtime.io.network.partition.PartitionNotFoundException;
import org.apache.flink.runtime.io.network.partition.ResultPartitionID;
import org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException;
import org.apache.flink.runtime.jobmaster.JobMasterException;
import org.apache.flink.runtime.resourcemanager.exceptions.ResourceManagerException;
import org.apache.flink.runtime.rpc.exceptions.RecipientUnreachableException;
import org.apache.flink.util.FlinkException;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobFailureTest {
  private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 1);

  /** As the job manager and those who talk to it put it, whoever notices first. */
  static Stream<Exception> lostProcesses() {
    return Stream.of(
        new JobMasterException("TaskManager with id tm0 is no longer reachable."),
        new ResourceManagerException("TaskManager with id tm0 is no longer reachable."),
        new TimeoutException("Heartbeat of TaskManager with id tm0 timed out."),
        new RemoteTransportException("Connection unexpectedly closed by a task manager", ADDRESS),
        new LocalTransportException("Connection reset", ADDRESS),
        new PartitionNotFoundException(new ResultPartitionID()),
        new RecipientUnreachableException("job manager", "tm0", "a call"),
        new FlinkException("The TaskExecutor is shutting down."),
        new NoResourceAvailableException("Slots could not be had"),
        new ConnectException("Connection refused"));
  }

  /** As that of a file system, whose classes are the cluster's alone: it comes as text. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void causeThatCannotBeRead_isPassedOver() {
    ErrataException own =
        new ErrataException(ErrorCode.UNAVAILABLE, "Cannot read it: the store", "Wait.");
    Exception unread = new Unsendable(own);
    assertThat(new SerializedThrowable(unread).getSerializedException()).isNull();
    ErrataException shown =
        JobFailure.of(
            new JobExecutionException(
                new JobID(), "Job execution failed.", new SerializedThrowable(unread)),
            Optional.empty());
    assertThat(shown.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(shown).hasMessage("Cannot read it: the store");
  }

  /** What it holds can't be written. */
  private static final class Unsendable extends Exception {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial")
    private final Object held = new Object();

    private Unsendable(Throwable cause) {
      super("held: of the cluster", cause);
    }
  }

  @ParameterizedTest
  @MethodSource("lostProcesses")
  void lostProcess_isNoFaultOfTheProgram(Exception cause) {
    for (Throwable told : new Throwable[] {cause, new SerializedThrowable(cause)}) {
      Exception ended =
          new JobExecutionException(
              new JobID(), "Job execution failed.", new JobException("no restarts", told));
      ErrataException shown = JobFailure.of(ended, Optional.empty());
      assertThat(shown.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(shown).hasMessageContaining("lost a task manager").hasCause(ended);
    }
  }

  @Test
  void failedTask_isAFault() {
    for (Exception cause :
        new Exception[] {
          new IllegalStateException("out of order"),
          new IOException("Stream closed"),
          new FlinkException("in a task", new NullPointerException())
        }) {
      ErrataException shown =
          JobFailure.of(new JobExecutionException(new JobID(), "failed", cause), Optional.empty());
      assertThat(shown.code()).isEqualTo(ErrorCode.INTERNAL);
      assertThat(shown).hasMessage("Cannot finish the job: a task failed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
  void fullDisk_isNoFaultOfTheProgram(String said) {
    Exception cause = new IOException("Cannot write", new IOException("/tmp/a: " + said));
    for (Throwable told : new Throwable[] {cause, new SerializedThrowable(cause)}) {
      ErrataException shown =
          JobFailure.of(new JobExecutionException(new JobID(), "failed", told), Optional.empty());
      assertThat(shown.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(shown)
          .hasMessage(
              "Cannot finish the job: the disk of the temporary folder is full (" + said + ")");
      assertThat(shown.next()).contains("io.tmp.dirs");
    }
  }

  @Test
  void errorOfATask_isShownAsItWasThrown_alsoWhereAProcessWentDownWithIt() {
    ErrataException thrown =
        new ErrataException(ErrorCode.LIMIT, "Cannot read more", "Raise limits.events.");
    ErrataException shown =
        JobFailure.of(
            new JobMasterException("gone", new SerializedThrowable(thrown)), Optional.empty());
    assertThat(shown.code()).isEqualTo(ErrorCode.LIMIT);
    assertThat(shown).hasMessage("Cannot read more");
    assertThat(shown.next()).isEqualTo("Raise limits.events.");
  }

  @Test
  void cancelledJob_isToldAsSuch() {
    ErrataException shown =
        JobFailure.of(
            new JobCancellationException(new JobID(), "Job was cancelled.", null),
            Optional.empty());
    assertThat(shown.code()).isEqualTo(ErrorCode.CANCELLED);
  }

  @Test
  void tooFewBuffers_areToldAsTooLittleMemory() {
    ErrataException shown =
        JobFailure.of(
            new JobExecutionException(
                new JobID(),
                "failed",
                new IOException("Insufficient number of network buffers: required 64")),
            Optional.empty());
    assertThat(shown.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(shown).hasMessageContaining("too little memory for the network");
  }
}
