package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.graph.JobCounts;
import io.errata.jobs.kubernetes.Handover;
import io.errata.jobs.kubernetes.Handover.Line;
import io.errata.jobs.kubernetes.Handover.Outcome;
import io.errata.jobs.kubernetes.Handover.Progress;
import io.errata.jobs.kubernetes.Handover.Stream;
import io.errata.jobs.plan.PlanProgress;
import io.errata.state.plan.PlanManifest;
import java.time.Instant;
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
    Progress now;
    synchronized (this) {
      beat++;
      now = new Progress(beat, stage, done, expected, lines);
    }
    to.tell(now);
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
      outcome = new Outcome(status, document, lines);
    }
    // Where it was stopped, the launcher has given up the cluster, or the pod has to go and another
    // begins again.
    if (to != null && !cancellation.cancelled()) {
      to.tell(outcome);
    }
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
    return new PlanProgress() {
      @Override
      public void resumable(String id, String folder) {
        shown.resumable(id, folder);
      }

      @Override
      public void begun(String id, String name, Instant windowEnd) {
        shown.begun(id, name, windowEnd);
      }

      @Override
      public void counted(JobCounts counts) {
        shown.counted(counts);
      }

      @Override
      public void planned(PlanManifest plan) {
        shown.planned(plan);
      }

      @Override
      public void stage(String name) {
        at(name, 0, 0);
        shown.stage(name);
      }

      @Override
      public void advance(long now, long most) {
        at(stage, now, most);
        shown.advance(now, most);
      }
    };
  }

  private synchronized void at(String name, long now, long most) {
    stage = name;
    done = now;
    expected = most;
  }
}
