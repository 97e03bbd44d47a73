package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.graph.JobCounts;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Waiting;
import io.errata.state.plan.PlanManifest;
import java.time.Instant;
import java.util.Optional;

/** Shows progress, and notes the run that can be resumed. */
final class NotedProgress implements PlanProgress {
  private final PlanProgress shown;
  private final Session session;
  private final Console console;
  private final ObjectNode document;

  NotedProgress(Session session, Console console, ObjectNode document) {
    this.shown = console.progress();
    this.session = session;
    this.console = console;
    this.document = document;
  }

  @Override
  public void resumable(String id, String folder) {
    document.put("run", id);
    console.tell(
        "Run "
            + id
            + "; should it be interrupted: errata resume "
            + Shell.quote(session.shorten(folder)));
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
  public void waits(Optional<Waiting> waiting) {
    shown.waits(waiting);
  }

  @Override
  public void planned(PlanManifest plan) {
    shown.planned(plan);
  }

  @Override
  public void stage(String name) {
    shown.stage(name);
  }

  @Override
  public void advance(long done, long expected) {
    shown.advance(done, expected);
  }
}
