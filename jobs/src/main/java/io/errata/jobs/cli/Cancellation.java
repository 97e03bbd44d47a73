package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.plan.Leavable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Whether the person wants to stop, and what has to be given up then. Thread-safe. */
public final class Cancellation {
  private final Deque<Runnable> actions = new ArrayDeque<>();
  private boolean cancelled;
  private boolean together;
  private @Nullable Leavable leavable;

  /** Something to give up, until it is closed. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Has an action called when the person stops the command, by another thread, the newest first.
   *
   * @throws ErrataException CANCELLED where that has happened already; the action is not called
   *     then
   */
  public synchronized Registration onCancel(Runnable action) {
    check();
    actions.push(action);
    return () -> {
      synchronized (this) {
        actions.remove(action);
      }
    };
  }

  /** Lets nothing be left to itself: what the command makes goes with it. */
  synchronized void stayTogether() {
    together = true;
  }

  /** Offers what the person may leave to itself, instead of stopping it, until that is closed. */
  public synchronized Registration offer(Leavable job) {
    leavable = together ? null : job;
    return () -> {
      synchronized (this) {
        leavable = null;
      }
    };
  }

  /** What the person may leave to itself now. */
  synchronized Optional<Leavable> leavable() {
    return Optional.ofNullable(leavable);
  }

  /** Whether the person has stopped the command. */
  public synchronized boolean cancelled() {
    return cancelled;
  }

  /**
   * Goes on only where nobody has stopped the command.
   *
   * @throws ErrataException CANCELLED where somebody has
   */
  public synchronized void check() {
    if (cancelled) {
      throw error();
    }
  }

  static ErrataException error() {
    return new ErrataException(
        ErrorCode.CANCELLED,
        "Cannot finish: it was stopped before the end",
        "Give the same command again; nothing is half done.");
  }

  /**
   * Calls every action.
   *
   * @return whether there was anything to give up
   */
  boolean cancel() {
    List<Runnable> all;
    synchronized (this) {
      cancelled = true;
      all = new ArrayList<>(actions);
      actions.clear();
    }
    for (Runnable action : all) {
      try {
        action.run();
      } catch (RuntimeException e) {
        // The others have to be given up all the same.
        LoggerFactory.getLogger(Cancellation.class).warn("Cannot give up what was under way", e);
      }
    }
    return !all.isEmpty();
  }
}
