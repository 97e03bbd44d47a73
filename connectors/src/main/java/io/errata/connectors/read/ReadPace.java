package io.errata.connectors.read;

import io.errata.connectors.ReadRate;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes one reader wait, so that all readers together stay within a {@link ReadRate}. It only
 * delays: what is read doesn't depend on it. Over any ten seconds at most 3 % more is read than the
 * rate says, and one row or one piece of {@link #piece()} bytes.
 *
 * <p>Used by the thread that reads; {@link #share}, {@link #wake} and {@link #arm} may be called by
 * others.
 */
public final class ReadPace {
  private static final long SECOND = 1_000_000_000L;

  /**
   * How much of the time that a reader was held up by other things it may make up for: the length
   * of a pause on a busy machine, of which there are some in ten seconds, and 3 % of these.
   */
  private static final long MADE_UP = SECOND * 3 / 10;

  /** Shorter waits cost more than they are worth: the next wait is the longer. */
  private static final long SHORTEST_WAIT = SECOND / 1_000;

  /** After so long a wait it is looked again at whether the share has changed. */
  private static final long LONGEST_WAIT = SECOND / 10;

  private static final int SMALLEST_PIECE = 512;
  private static final int LARGEST_PIECE = 1 << 20;

  private final AtomicLong taken = new AtomicLong();
  private final boolean unlimited;
  private final LongSupplier clock;
  private final LongConsumer sleep;
  private final Meter rows = new Meter();
  private final Meter bytes = new Meter();

  private volatile @Nullable Share share;
  private volatile @Nullable Thread reader;
  private volatile boolean awake;
  private boolean waited;

  /** What this reader may read in a second; infinite where there is no limit. */
  record Share(double rows, double bytes) {
    /** The equal share of one of several readers. */
    static Share of(ReadRate rate, int readers) {
      return new Share(each(rate.events(), readers), each(rate.bytes(), readers));
    }

    private static double each(long rate, int readers) {
      return rate == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : (double) rate / readers;
    }
  }

  /** When the next row or byte is due. */
  private static final class Meter {
    private double due = Double.NaN;

    /** Gives the time that is due once so much is paid for, in nanoseconds of the clock. */
    private double pay(double amount, double perSecond, long now) {
      double earliest = Double.isNaN(due) ? now : Math.max(due, (double) now - MADE_UP);
      due = earliest + amount / perSecond * SECOND;
      return due;
    }
  }

  private ReadPace(boolean unlimited, LongSupplier clock, LongConsumer sleep) {
    this.unlimited = unlimited;
    this.clock = clock;
    this.sleep = sleep;
  }

  /** Never waits. */
  public static ReadPace unlimited() {
    return new ReadPace(true, () -> 0, nanos -> {});
  }

  /**
   * That of a reader which has a rate for itself.
   *
   * @param clock nanoseconds, growing
   * @param sleep waits so many nanoseconds, or less
   */
  public static ReadPace of(ReadRate rate, LongSupplier clock, LongConsumer sleep) {
    ReadPace pace = waiting(clock, sleep);
    pace.share(Share.of(rate, 1));
    return pace;
  }

  /** Lets nothing through until it has a {@link #share}. */
  static ReadPace waiting() {
    return waiting(System::nanoTime, LockSupport::parkNanos);
  }

  /**
   * @param clock nanoseconds, growing
   * @param sleep waits so many nanoseconds, or less
   */
  static ReadPace waiting(LongSupplier clock, LongConsumer sleep) {
    return new ReadPace(false, clock, sleep);
  }

  /** One more row was read, wanted or not: waits until that is allowed. */
  public void row() {
    if (!unlimited) {
      pay(rows, 1, true);
    }
  }

  /** So many bytes were taken from the store: waits until that is allowed. */
  public void bytes(long count) {
    taken.addAndGet(Math.max(0, count));
    if (!unlimited && count > 0) {
      pay(bytes, count, false);
    }
  }

  /**
   * How many bytes to take from the store at once: few enough that a wait for them is short.
   *
   * @return from 512
   */
  public int piece() {
    Share now = share;
    return unlimited || now == null
        ? LARGEST_PIECE
        : (int) Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, now.bytes() / 50));
  }

  private void pay(Meter meter, double amount, boolean ofRows) {
    reader = Thread.currentThread();
    while (share == null && !isAwake()) {
      rest(LONGEST_WAIT);
    }
    Share now = share;
    if (now == null) {
      return;
    }
    double perSecond = ofRows ? now.rows() : now.bytes();
    if (Double.isInfinite(perSecond)) {
      return;
    }
    double due = meter.pay(amount, perSecond, clock.getAsLong());
    for (double left = due - clock.getAsLong();
        left > SHORTEST_WAIT && !isAwake();
        left = due - clock.getAsLong()) {
      rest((long) Math.min(left, LONGEST_WAIT));
    }
  }

  private void rest(long nanos) {
    waited = true;
    sleep.accept(nanos);
  }

  private boolean isAwake() {
    return awake || Thread.currentThread().isInterrupted();
  }

  /** How many bytes were taken from the store; asked by any thread. */
  long taken() {
    return taken.get();
  }

  /** What this reader may read now, or null while it has not been told. */
  @Nullable Share share() {
    return share;
  }

  /** From now on this reader may read so much. */
  void share(Share next) {
    share = next;
    LockSupport.unpark(reader);
  }

  /**
   * Ends a wait, and lets all through until {@link #arm}; what was let through is paid for later.
   */
  void wake() {
    awake = true;
    LockSupport.unpark(reader);
  }

  /** Waits again where it must. */
  void arm() {
    awake = false;
    waited = false;
  }

  /** Whether it has waited since {@link #arm}: what was read before should not wait any longer. */
  boolean hasWaited() {
    return waited;
  }
}
