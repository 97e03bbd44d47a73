package io.errata.jobs.graph;

import io.errata.api.Row;
import io.errata.api.Worker;
import io.errata.connectors.event.EventRecord;
import io.errata.jobs.worker.ReplayWorker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.jspecify.annotations.Nullable;

/**
 * Finds a call of a worker that takes too long. The task leaves a number before and after each call
 * and reads no clock; one thread of the process looks at the numbers, and counts how often it meets
 * the same call. Looks that a machine missed, because it slept or stood still, don't count.
 *
 * <p>What comes of it can only be the end of the plan: were the key left out instead, the plan
 * would depend on how fast the machine is.
 */
final class WorkerWatch implements AutoCloseable {
  /** What a worker is asked for. */
  enum Step {
    /** The keys of an event. */
    KEYS,
    /** The state after an event. */
    EVENT,
    /** The row of a key. */
    ROW
  }

  private static final int LOOKS = 10;
  private static final long SHORTEST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final int SHOWN = 200;

  private static final VarHandle CALLS;
  private static final VarHandle OUTSIDE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CALLS = lookup.findVarHandle(WorkerWatch.class, "calls", long.class);
      OUTSIDE = lookup.findVarHandle(WorkerWatch.class, "outside", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String worker;
  private final Duration limit;
  private final long allowed;
  private final Consumer<String> overdue;
  private final @Nullable ScheduledFuture<?> looks;

  // Of the task; published by the number, which is odd while the worker has a call.
  private @Nullable Step step;
  private @Nullable Row key;
  private @Nullable EventRecord event;
  private long calls;
  private boolean outside;

  // Of the thread that looks.
  private long met;
  private long times;

  private WorkerWatch(
      String worker, Duration limit, long pauseMillis, Consumer<String> overdue, boolean looked) {
    this.worker = worker;
    this.limit = limit;
    this.overdue = overdue;
    this.allowed = (limit.toMillis() + pauseMillis - 1) / pauseMillis;
    // With a delay and not at a rate, so that missed looks are not made up for.
    this.looks =
        looked
            ? Looks.EXECUTOR.scheduleWithFixedDelay(
                this::look, pauseMillis, pauseMillis, TimeUnit.MILLISECONDS)
            : null;
  }

  /**
   * Starts to watch, and tells what takes too long by {@link OverdueWorker} of a task.
   *
   * @param limit how long a call may take; zero for no limit
   */
  static WorkerWatch start(ReplayWorker worker, Duration limit, RuntimeContext task) {
    OverdueWorker overdue = new OverdueWorker();
    task.addAccumulator(OverdueWorker.NAME, overdue);
    return start(worker, limit, overdue::add);
  }

  /**
   * Starts to watch.
   *
   * @param limit how long a call may take; zero for no limit
   * @param overdue is told, by another thread and once for a call, what takes too long, and in the
   *     next line what to do
   */
  static WorkerWatch start(ReplayWorker worker, Duration limit, Consumer<String> overdue) {
    String name =
        worker.versions().get(0).name()
            + worker.versions().stream()
                .map(Worker::version)
                .map(String::valueOf)
                .collect(Collectors.joining(",", "@", ""));
    long pause = Math.min(LONGEST_PAUSE_MILLIS, limit.toMillis() / LOOKS);
    return new WorkerWatch(
        name, limit, Math.max(SHORTEST_PAUSE_MILLIS, pause), overdue, !limit.isZero());
  }

  /** One that nobody looks at but the caller of {@link #look}. */
  static WorkerWatch unlooked(String worker, Duration limit, Consumer<String> overdue) {
    return new WorkerWatch(worker, limit, LONGEST_PAUSE_MILLIS, overdue, false);
  }

  /** The worker is called now, by the one thread that calls this. */
  void begin(Step step, @Nullable Row key, @Nullable EventRecord event) {
    this.step = step;
    this.key = key;
    this.event = event;
    CALLS.setRelease(this, calls + 1);
  }

  /** The call has ended. */
  void end() {
    CALLS.setRelease(this, calls + 1);
  }

  /** The call is in Errata's hands for a while, which may have to wait for others. */
  void leave() {
    OUTSIDE.setRelease(this, true);
  }

  /** The call is in the worker's hands again. */
  void comeBack() {
    OUTSIDE.setRelease(this, false);
  }

  /** Sees whether the call is still the one that was met last time. */
  void look() {
    long now = (long) CALLS.getAcquire(this);
    if (now % 2 == 0 || now != met) {
      met = now;
      times = 0;
    } else if (!(boolean) OUTSIDE.getAcquire(this) && ++times == allowed) {
      String message = describe();
      if ((long) CALLS.getAcquire(this) == now) {
        overdue.accept(message);
      }
    }
  }

  private String describe() {
    String of = key == null ? "" : shortened(KeyRows.text(key));
    String from =
        event == null
            ? ""
            : "event "
                + event.knownId().map(WorkerWatch::shortened).orElse("without an id")
                + " ("
                + event.position()
                + ")";
    String what =
        switch (step == null ? Step.ROW : step) {
          case KEYS -> "the keys of " + from;
          case EVENT -> from + " at key " + of;
          case ROW -> "the row of " + of + (from.isEmpty() ? "" : ", whose last is " + from);
        };
    String meanwhile =
        step == Step.KEYS
            ? ", or leave the event out with filter.where."
            : event == null
                ? "."
                : ". To correct all other keys meanwhile, name the event in events.quarantine.";
    return "Cannot plan: worker "
        + worker
        + " took longer than "
        + limit
        + " for "
        + what
        + " (limits.worker-time)\nMend the worker, or raise the limit"
        + meanwhile;
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  @Override
  public void close() {
    if (looks != null) {
      looks.cancel(false);
    }
  }

  /** One thread for all tasks of the process; it ends when there is nothing left to watch. */
  private static final class Looks {
    static final ScheduledThreadPoolExecutor EXECUTOR = executor();

    private static ScheduledThreadPoolExecutor executor() {
      ScheduledThreadPoolExecutor executor =
          new ScheduledThreadPoolExecutor(
              1,
              runnable -> {
                Thread thread = new Thread(runnable, "errata-worker-watch");
                thread.setDaemon(true);
                return thread;
              });
      executor.setRemoveOnCancelPolicy(true);
      executor.setKeepAliveTime(5, TimeUnit.SECONDS);
      executor.allowCoreThreadTimeOut(true);
      return executor;
    }
  }
}
