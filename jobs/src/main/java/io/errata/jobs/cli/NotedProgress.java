package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.plan.ForwardedProgress;
import io.errata.jobs.plan.PlanProgress;

/** Shows progress, and notes the run that can be resumed. */
final class NotedProgress extends ForwardedProgress {
  private final Session session;
  private final Console console;
  private final ObjectNode document;

  NotedProgress(PlanProgress shown, Session session, Console console, ObjectNode document) {
    super(shown);
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
    super.resumable(id, folder);
  }
}
