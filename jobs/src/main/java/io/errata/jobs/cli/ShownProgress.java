package io.errata.jobs.cli;

import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Waiting;
import io.errata.jobs.report.DisplayText;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress on standard error: on a terminal as one line that is written again and again,
 * elsewhere as a line every few seconds.
 */
final class ShownProgress implements PlanProgress {
  private static final long NANOS = 1_000_000_000L;
  private static final long AGAIN_ON_TERMINAL = NANOS / 10;
  private static final long AGAIN_IN_LOG = 5 * NANOS;

  /** Before that, a rate says nothing. */
  private static final long RATE_AFTER = NANOS / 2;

  private final ErrorStream err;
  private final Terminal terminal;
  private final Cancellation cancellation;
  private final boolean quiet;
  private final LongSupplier nanos;

  private @Nullable String stage;
  private long stageStart;
  private long lastShown;
  private Optional<Waiting> waiting = Optional.empty();
  private long waitStart;

  ShownProgress(ErrorStream err, Terminal terminal, Cancellation cancellation, boolean quiet) {
    this(err, terminal, cancellation, quiet, System::nanoTime);
  }

  ShownProgress(
      ErrorStream err,
      Terminal terminal,
      Cancellation cancellation,
      boolean quiet,
      LongSupplier nanos) {
    this.err = err;
    this.terminal = terminal;
    this.cancellation = cancellation;
    this.quiet = quiet;
    this.nanos = nanos;
  }

  @Override
  public synchronized void stage(String name) {
    cancellation.check();
    stage = name;
    stageStart = nanos.getAsLong();
    lastShown = stageStart;
    if (!quiet) {
      if (terminal.err()) {
        rewrite(name + " …");
      } else {
        err.print().println(name);
      }
    }
  }

  @Override
  public synchronized void waits(Optional<Waiting> now) {
    if (waiting.isEmpty()) {
      waitStart = nanos.getAsLong();
    }
    waiting = now;
  }

  @Override
  public synchronized void advance(long done, long expected) {
    cancellation.check();
    long now = nanos.getAsLong();
    if (quiet
        || stage == null
        || now - lastShown < (terminal.err() ? AGAIN_ON_TERMINAL : AGAIN_IN_LOG)) {
      return;
    }
    lastShown = now;
    String line =
        waiting.isPresent()
            ? stage
                + ": waits "
                + time((now - waitStart) / NANOS)
                + " for the database: "
                + waiting.get().overload()
            : line(stage, done, expected, now - stageStart);
    if (terminal.err()) {
      rewrite(line);
    } else {
      err.print().println(line);
    }
  }

  static String line(String stage, long done, long expected, long elapsed) {
    StringBuilder line = new StringBuilder(stage).append(": ").append(DisplayText.count(done));
    // An estimate that turned out too low is no longer one.
    boolean known = expected > 0 && done <= expected;
    if (known) {
      line.append(
          String.format(Locale.ROOT, " of %,d (%d %%)", expected, (int) (100.0 * done / expected)));
    }
    if (elapsed >= RATE_AFTER && done > 0) {
      double rate = done * (double) NANOS / elapsed;
      line.append(String.format(Locale.ROOT, ", %,.0f/s", rate));
      if (known) {
        line.append(", ").append(time((long) Math.ceil((expected - done) / rate))).append(" left");
      }
    }
    return line.toString();
  }

  /** A length of time as people read it. */
  static String time(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60);
    }
    return String.format(Locale.ROOT, "%d:%02d h", seconds / 3600, seconds / 60 % 60);
  }

  private void rewrite(String line) {
    int most = terminal.columns() - 1;
    err.showTransient(line.length() > most ? line.substring(0, most) : line);
  }
}
