package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.plan.PlanProgress;

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
  public void stage(String name) {
    shown.stage(name);
  }

  @Override
  public void advance(long done, long expected) {
    shown.advance(done, expected);
  }
}
