package io.errata.jobs.cli;

import io.errata.jobs.plan.Leavable;
import io.errata.jobs.plan.Leavable.Leaving;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Hears Ctrl-C where a person sits at a terminal, and asks what is to become of a job on a cluster.
 * Where there is none, where nobody answers, and where it is heard again, the command is stopped.
 */
final class Interrupt {
  private static final Logger LOG = LoggerFactory.getLogger(Interrupt.class);

  /** After it, whoever pressed the keys has gone, and meant what they always mean. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final long LOOK_AGAIN_MILLIS = 50;

  private final Cancellation cancellation;
  private final ErrorStream errors;
  private final InputStream answers;
  private final Runnable stop;
  private final Duration patience;
  private final AtomicBoolean heard = new AtomicBoolean();

  /**
   * @param answers what is typed, in lines, of which it can tell how much is there
   * @param stop stops the command
   */
  Interrupt(
      Cancellation cancellation,
      ErrorStream errors,
      InputStream answers,
      Runnable stop,
      Duration patience) {
    this.cancellation = cancellation;
    this.errors = errors;
    this.answers = answers;
    this.stop = stop;
    this.patience = patience;
  }

  /** Hears from now on what the terminal sends. */
  static void listen(Cancellation cancellation, ErrorStream errors, int status) {
    Interrupt interrupt =
        new Interrupt(cancellation, errors, System.in, () -> System.exit(status), PATIENCE);
    Signal signal = new Signal("INT");
    try {
      // Java calls it in a thread of its own each time.
      if (Signal.handle(signal, sent -> interrupt.hear()) == SignalHandler.SIG_IGN) {
        // Whoever has started this in the background has switched it off.
        Signal.handle(signal, SignalHandler.SIG_IGN);
      }
    } catch (IllegalArgumentException e) {
      // With -Xrs the process ends at once, as it is asked to.
      LOG.debug("Cannot hear Ctrl-C", e);
    }
  }

  /** Ctrl-C was pressed. */
  void hear() {
    Optional<Leavable> job =
        cancellation.leavable().filter(known -> known.leaving() != Leaving.NO_JOB);
    if (heard.getAndSet(true) || job.isEmpty()) {
      stop.run();
      return;
    }
    boolean bound = job.get().leaving() == Leaving.BOUND;
    errors.ask(
        bound
            ? "The job can't be left running: in batch execution it ends with this process, which holds the"
                + " snapshot that it reads.\nCancel the job, or go on? [c/g] "
            : "Cancel the job, leave it running, or go on? [c/l/g] ");
    String answer = answer(bound ? "cg" : "clg");
    errors.answered();
    switch (answer) {
      case "l" -> {
        errors
            .print()
            .println("Leaving the job, as soon as it can go on by itself; Ctrl-C cancels it.");
        job.get().leave();
      }
      case "g" -> {
        heard.set(false);
        errors.print().println("Going on.");
      }
      default -> {
        if (answer.isEmpty()) {
          errors.print().println("\nNobody has answered: cancelling the job.");
        }
        stop.run();
      }
    }
  }

  /** The first letter of a line that begins with one of these; empty where none comes in time. */
  private String answer(String letters) {
    long end = System.nanoTime() + patience.toNanos();
    StringBuilder line = new StringBuilder();
    try {
      while (System.nanoTime() < end) {
        if (answers.available() == 0) {
          TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
          continue;
        }
        int next = answers.read();
        if (next < 0) {
          return "";
        }
        if (next != '\n') {
          line.append((char) next);
          continue;
        }
        String typed = line.toString().strip().toLowerCase(Locale.ROOT);
        if (!typed.isEmpty() && letters.contains(typed.substring(0, 1))) {
          return typed.substring(0, 1);
        }
        line.setLength(0);
        errors.ask("[" + String.join("/", letters.split("")) + "] ");
      }
    } catch (IOException e) {
      LOG.debug("Cannot read the answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "";
  }
}
