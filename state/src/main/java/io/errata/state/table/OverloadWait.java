package io.errata.state.table;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while a store is above one of its {@link LoadLimits}. It only delays: what is read doesn't
 * depend on it. Used by one thread.
 */
public final class OverloadWait {
  private static final Logger LOG = LoggerFactory.getLogger(OverloadWait.class);
  private static final long SECOND = 1_000_000_000L;

  /** Asking costs the store something, too. */
  private static final long SHORTEST_PAUSE = SECOND;

  private static final long LONGEST_PAUSE = 10 * SECOND;

  /** Hears of waits. */
  public interface Listener {
    /** Hears nothing. */
    Listener NONE =
        new Listener() {
          @Override
          public void waits(Overload overload) {}

          @Override
          public void goesOn() {}
        };

    /** It waits for this to pass; called after each question. */
    void waits(Overload overload);

    /** It waits no longer. */
    void goesOn();
  }

  private final Duration patience;
  private final LongSupplier clock;
  private final LongConsumer sleep;
  private boolean asked;
  private long lastAsked;

  /**
   * Has not asked yet.
   *
   * @param patience how long an overload is waited out
   * @param clock nanoseconds, growing
   * @param sleep waits so many nanoseconds, or less
   */
  public OverloadWait(Duration patience, LongSupplier clock, LongConsumer sleep) {
    this.patience = patience;
    this.clock = clock;
    this.sleep = sleep;
  }

  /** Waits by the clock of the machine. */
  public static OverloadWait of(LoadLimits limits) {
    return of(limits, LockSupport::parkNanos);
  }

  /**
   * Waits by the clock of the machine.
   *
   * @param sleep waits so many nanoseconds, or less
   */
  public static OverloadWait of(LoadLimits limits, LongConsumer sleep) {
    return new OverloadWait(limits.patience(), System::nanoTime, sleep);
  }

  /**
   * Comes back once the store is within its limits: at once where it was a second ago. The pauses
   * between two questions grow from one second to ten.
   *
   * @param work what waits, such as {@code reading of the live rows}
   * @param question such as {@link LiveTable#overload()}
   * @return what the store still is above when patience is at its end; empty where it is not, or
   *     the thread was interrupted
   */
  public Optional<Overload> await(String work, Supplier<Optional<Overload>> question) {
    return await(work, question, Listener.NONE);
  }

  /** As {@link #await(String, Supplier)}, and tells a listener of the wait. */
  public Optional<Overload> await(
      String work, Supplier<Optional<Overload>> question, Listener listener) {
    long start = clock.getAsLong();
    if (asked && start - lastAsked < SHORTEST_PAUSE) {
      return Optional.empty();
    }
    long pause = SHORTEST_PAUSE;
    boolean waited = false;
    while (!Thread.currentThread().isInterrupted()) {
      Optional<Overload> overload = question.get();
      long now = clock.getAsLong();
      if (overload.isEmpty()) {
        asked = true;
        lastAsked = now;
        if (waited) {
          listener.goesOn();
          LOG.warn("The {} goes on after {} s", work, (now - start) / SECOND);
        }
        return overload;
      }
      long left = start + patience.toNanos() - now;
      if (left <= 0) {
        return overload;
      }
      if (!waited) {
        waited = true;
        LOG.warn("The {} waits: {}", work, overload.get());
      }
      listener.waits(overload.get());
      rest(Math.min(left, pause));
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
    }
    return Optional.empty();
  }

  /** A sleep may be shorter than it was asked to be. */
  private void rest(long nanos) {
    long end = clock.getAsLong() + nanos;
    for (long left = nanos;
        left > 0 && !Thread.currentThread().isInterrupted();
        left = end - clock.getAsLong()) {
      sleep.accept(left);
    }
  }
}
