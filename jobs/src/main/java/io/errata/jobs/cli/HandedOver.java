package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.kubernetes.Handover;
import io.errata.jobs.kubernetes.Handover.Line;
import io.errata.jobs.kubernetes.Handover.Outcome;
import io.errata.jobs.kubernetes.Handover.Progress;
import io.errata.jobs.kubernetes.Handover.Stream;
import io.errata.jobs.plan.ForwardedProgress;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a verb tells in a pod, and hands it over to the launcher that waits for it elsewhere.
 * Thread-safe.
 */
final class HandedOver {
  /** Object stores let an object be replaced about once in a second. */
  private static final int SECONDS = 2;

  private static final int LAST_BEAT_SECONDS = 30;
  private static final Logger LOG = LoggerFactory.getLogger(HandedOver.class);

  private final String folder;
  private final Cancellation cancellation;
  private final List<Line> lines = new ArrayList<>();
  private final ScheduledExecutorService beats;
  private @Nullable Handover handover;
  private long beat;
  private String stage = "";
  private long done;
  private long expected;
  private Optional<Waiting> waiting = Optional.empty();

  private HandedOver(String folder, Cancellation cancellation) {
    this.folder = folder;
    this.cancellation = cancellation;
    this.beats =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "errata-handover");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** That of a verb, where a launcher waits. */
  static Optional<HandedOver> of(Map<String, String> environment, Cancellation cancellation) {
    return Optional.ofNullable(environment.get(Handover.VARIABLE))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> new HandedOver(folder, cancellation));
  }

  /**
   * Tells from now on that the program lives.
   *
   * @throws io.errata.api.ErrataException UNAVAILABLE where the launcher has left nothing here
   */
  synchronized void begin() {
    Handover found = Handover.at(folder);
    found.check();
    handover = found;
    beats.scheduleWithFixedDelay(() -> tell(found), 0, SECONDS, TimeUnit.SECONDS);
  }

  private void tell(Handover to) {
    to.tell(nextBeat());
  }

  /** What is told of how far it is, as of now. */
  synchronized Progress nextBeat() {
    beat++;
    return new Progress(beat, stage, done, expected, waiting, lines);
  }

  synchronized void add(Stream stream, String line) {
    lines.add(new Line(stream, line));
  }

  /** Hands over the end, unless nobody waits for it. */
  void end(int status, ObjectNode document) {
    endBeats();
    Handover to;
    Outcome outcome;
    synchronized (this) {
      to = handover;
      outcome = outcome(status, document);
    }
    // Where it was stopped, the launcher has given up the cluster, or the pod has to go and another
    // begins again.
    if (to != null && !cancellation.cancelled()) {
      to.tell(outcome);
    }
  }

  /** What is told of its end. */
  synchronized Outcome outcome(int status, ObjectNode document) {
    return new Outcome(status, document, lines);
  }

  /**
   * A beat that is written behind the end would bring the folder back that the launcher removes.
   */
  private void endBeats() {
    beats.shutdown();
    try {
      if (!beats.awaitTermination(LAST_BEAT_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("The file system of {} takes long; how far the run is may stay there", folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Hears how far a plan is, and hands that over as well. */
  PlanProgress observe(PlanProgress shown) {
    return new ForwardedProgress(shown) {
      @Override
      public void stage(String name) {
        beginStage(name);
        super.stage(name);
      }

      @Override
      public void waits(Optional<Waiting> now) {
        waitFor(now);
        super.waits(now);
      }

      @Override
      public void advance(long now, long most) {
        at(now, most);
        super.advance(now, most);
      }
    };
  }

  private synchronized void beginStage(String name) {
    add(Stream.STAGE, name);
    stage = name;
    waiting = Optional.empty();
    done = 0;
    expected = 0;
  }

  private synchronized void waitFor(Optional<Waiting> now) {
    waiting = now;
  }

  private synchronized void at(long now, long most) {
    done = now;
    expected = most;
  }
}
