package io.errata.jobs.cli;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.kubernetes.Handover;
import io.errata.jobs.kubernetes.Handover.Line;
import io.errata.jobs.kubernetes.Handover.Outcome;
import io.errata.jobs.kubernetes.Handover.Progress;
import io.errata.jobs.kubernetes.LaunchedDeployment;
import io.errata.jobs.kubernetes.LaunchedDeployment.State;
import io.errata.jobs.plan.PlanProgress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Tells here what a program tells in a pod, until that has ended. Used by one thread. */
final class LaunchWatch {
  private static final Patience USUAL =
      new Patience(Duration.ofMillis(500), Duration.ofSeconds(60), Duration.ofSeconds(10));

  /** The operator looks every few seconds itself. */
  private static final int LOOKS_PER_STATE = 4;

  private final Console console;
  private final LaunchedDeployment made;
  private final Handover handover;
  private final Patience patience;
  private final PlanProgress progress;
  private int told;
  private String stage = "";
  private String error = "";
  private long beat;
  private long seen;
  private long storeReached;
  private long serverReached;

  LaunchWatch(Console console, LaunchedDeployment made, Handover handover) {
    this(console, made, handover, USUAL);
  }

  LaunchWatch(Console console, LaunchedDeployment made, Handover handover, Patience patience) {
    this.console = console;
    this.made = made;
    this.handover = handover;
    this.patience = patience;
    this.progress = console.progress();
  }

  /**
   * How long to wait.
   *
   * @param pause between two looks
   * @param silence for which nothing may be seen of what should be there
   * @param stillborn silence after the end of a program that has told nothing
   */
  record Patience(Duration pause, Duration silence, Duration stillborn) {}

  /**
   * Waits for its end, and tells all of it.
   *
   * @throws ErrataException CANCELLED where it is given up here or there, UNAVAILABLE where nothing
   *     more will come
   */
  Outcome await() {
    seen = System.nanoTime();
    storeReached = seen;
    serverReached = seen;
    for (int look = 0; ; look++) {
      console.cancellation().check();
      Optional<Outcome> outcome = outcome();
      if (outcome.isPresent()) {
        tell(outcome.get().lines());
        return outcome.get();
      }
      handover.progress().ifPresent(this::show);
      if (look % LOOKS_PER_STATE == 0) {
        look();
      }
      try {
        TimeUnit.MILLISECONDS.sleep(patience.pause().toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Cancellation.error();
      }
    }
  }

  /** A store that doesn't answer for a moment is asked again. */
  private Optional<Outcome> outcome() {
    try {
      Optional<Outcome> outcome = handover.outcome();
      storeReached = System.nanoTime();
      return outcome;
    } catch (ErrataException e) {
      rethrow(e, isOver(storeReached, patience.silence()));
      return Optional.empty();
    }
  }

  /** So is a server, and as long as the program is heard, nothing is lost without it. */
  private void look() {
    State state;
    try {
      state = made.look();
      serverReached = System.nanoTime();
    } catch (ErrataException e) {
      rethrow(e, isOver(serverReached, patience.silence()) && isOver(seen, patience.silence()));
      return;
    }
    judge(state);
  }

  private void rethrow(ErrataException e, boolean isOver) {
    console.cancellation().check();
    if (e.code() != ErrorCode.UNAVAILABLE || isOver) {
      throw e;
    }
  }

  private static boolean isOver(long since, Duration most) {
    return System.nanoTime() - since > most.toNanos();
  }

  /** Gives up where nothing more will come. */
  private void judge(State state) {
    state.error().filter(text -> !text.equals(error)).ifPresent(this::tellError);
    if (state.isBegun() && !state.isEnded()) {
      seen = System.nanoTime();
      if (beat == 0) {
        show("wait for the program (job manager: " + state.jobManager() + ")");
      }
    }
    // Before its first word there is nothing that it could still be busy with.
    Duration most = state.isEnded() && beat == 0 ? patience.stillborn() : patience.silence();
    if (isOver(seen, most) && handover.outcome().isEmpty()) {
      made.log().forEach(line -> console.tell("  " + line));
      throw state.isBegun() || state.isEnded() ? silent() : unseen();
    }
  }

  private void tellError(String text) {
    error = text;
    console.tell("The operator says: " + text);
  }

  private ErrataException silent() {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot finish the plan: the program of FlinkDeployment "
            + made
            + " has ended without a result"
            + (error.isEmpty() ? "" : " (" + error + ")"),
        "Check the image and the accounts of the deployment's file, and that its pods see the same"
            + " folder of plans; then give the same command again.");
  }

  private ErrataException unseen() {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot run on Kubernetes: the operator makes no job manager of FlinkDeployment "
            + made
            + " (within "
            + patience.silence().toSeconds()
            + " s"
            + (error.isEmpty() ? "" : "; " + error)
            + ")",
        "See that the Flink Kubernetes operator runs and watches that namespace.");
  }

  private void show(Progress now) {
    if (now.beat() != beat) {
      beat = now.beat();
      seen = System.nanoTime();
    }
    tell(now.lines());
    if (!now.stage().isEmpty()) {
      // Another than the last of the lines only where the program has begun again.
      show(now.stage());
      progress.waits(now.waiting());
      progress.advance(now.done(), now.expected());
    }
  }

  /** Shows a stage, unless it is the one that is shown. */
  void show(String next) {
    if (!next.equals(stage)) {
      begin(next);
    }
  }

  private void begin(String next) {
    stage = next;
    progress.stage(next);
  }

  /** Tells what hasn't been told yet. */
  private void tell(List<Line> lines) {
    // A job manager that was lost begins from the start, and tells the same again.
    for (Line line : lines.subList(Math.min(told, lines.size()), lines.size())) {
      switch (line.stream()) {
        case RESULT -> console.say(line.text());
        case ERROR -> console.tell(line.text());
        case STAGE -> begin(line.text());
      }
    }
    told = Math.max(told, lines.size());
  }
}
