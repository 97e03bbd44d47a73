package io.errata.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.ReadRate;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What each reader of a job is told that it may read. How it keeps to that is seen on a clock of
 * its own by {@code ReadPaceTest}: a busy machine would pass any test by the clock on the wall.
 */
class ReadRateIT {
  private static final EventSchema SCHEMA =
      new EventSchema("id", "ts", EventSchema.TimeUnit.MILLIS, null, List.of(), List.of());
  private static final int READERS = 3;
  private static final ReadRate RATE = new ReadRate(3_000_000, 6_000_000);

  /** Far more than it takes, so that only what never comes ends a test. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  private static volatile CountDownLatch divided = new CountDownLatch(READERS);
  private static final Queue<Optional<ReadPace.Share>> ENDS = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void begin() {
    divided = new CountDownLatch(READERS);
    ENDS.clear();
  }

  /** A split of no rows, which ends once all readers have the share that it waits for. */
  private static final class Waiting implements SplitCursor {
    private final ReadSplit split;
    private ReadPace pace = ReadPace.unlimited();
    private boolean done;

    private Waiting(ReadSplit split) {
      this.split = split;
    }

    @Override
    public void pace(ReadPace next) {
      pace = next;
    }

    @Override
    public void pack(EventPacker packer) {
      throw new IllegalStateException("nothing is packed here");
    }

    @Override
    public @Nullable SourceRecord next() throws IOException {
      if (done) {
        return null;
      }
      done = true;
      awaitShare(ReadPace.Share.of(RATE, READERS));
      divided.countDown();
      awaitAll();
      if (split.splitId().equals("s0")) {
        // The others end now: the rest is read as fast as the whole.
        awaitShare(ReadPace.Share.of(RATE, 1));
      }
      return new SplitReceipt(split.splitId(), split.input(), 0, 0, 0, 0, null);
    }

    private void awaitShare(ReadPace.Share wanted) throws IOException {
      long start = System.nanoTime();
      while (!wanted.equals(pace.share())) {
        if (System.nanoTime() - start > PATIENCE) {
          throw new IOException("the share of a reader is " + pace.share() + ", never " + wanted);
        }
        LockSupport.parkNanos(1_000_000);
      }
    }

    private static void awaitAll() throws IOException {
      try {
        if (!divided.await(PATIENCE, TimeUnit.NANOSECONDS)) {
          throw new IOException("not all readers have begun");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public int lastSize() {
      return 0;
    }

    @Override
    public void close() {
      ENDS.add(Optional.ofNullable(pace.share()));
    }
  }

  /** Keeps what it may read, and reads nothing. */
  private static final class Noting implements SplitCursor {
    private ReadPace pace = ReadPace.waiting();

    private Noting(ReadSplit split) {}

    @Override
    public void pace(ReadPace next) {
      pace = next;
    }

    @Override
    public void pack(EventPacker packer) {
      throw new IllegalStateException("nothing is packed here");
    }

    @Override
    public @Nullable SourceRecord next() {
      for (int i = 0; i < 1_000; i++) {
        pace.row();
        pace.bytes(Long.MAX_VALUE);
      }
      return null;
    }

    @Override
    public int lastSize() {
      return 0;
    }

    @Override
    public void close() {
      ENDS.add(Optional.ofNullable(pace.share()));
    }
  }

  private static void read(RuntimeExecutionMode mode, ReadRate rate, SplitOpener opener)
      throws Exception {
    List<ReadSplit> splits = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      splits.add(new ReadSplit("s" + i, "in", i, 1, 0, 0, -1, "", false));
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setRuntimeMode(mode);
    env.setParallelism(READERS);
    env.fromSource(
            new SplitSource(SCHEMA, splits, opener, rate, null),
            WatermarkStrategy.noWatermarks(),
            "events")
        .sinkTo(new DiscardingSink<>());
    env.execute();
  }

  @ParameterizedTest
  @EnumSource(
      value = RuntimeExecutionMode.class,
      names = {"BATCH", "STREAMING"})
  void rate_isThatOfAllReadersTogether(RuntimeExecutionMode mode) throws Exception {
    read(mode, RATE, Waiting::new);
    assertThat(ENDS)
        .hasSize(READERS)
        .contains(Optional.of(new ReadPace.Share(3_000_000, 6_000_000)));
  }

  @Test
  void withoutARate_readersAreToldNothingAndNeverWait() throws Exception {
    read(RuntimeExecutionMode.BATCH, ReadRate.UNLIMITED, Noting::new);
    assertThat(ENDS).hasSize(READERS).containsOnly(Optional.empty());
  }
}
