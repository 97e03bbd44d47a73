package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.kubernetes.DeploymentFile;
import io.errata.jobs.kubernetes.Handover;
import io.errata.jobs.kubernetes.Handover.Outcome;
import io.errata.jobs.kubernetes.Launch;
import io.errata.jobs.kubernetes.LaunchedDeployment;
import io.errata.jobs.spec.UnresolvedSpec;
import java.util.List;
import java.util.UUID;

/** Runs a verb on a Flink cluster that the Kubernetes operator makes for it. */
final class LaunchedRun {
  private final Session session;
  private final Console console;

  LaunchedRun(Session session, Console console) {
    this.session = session;
    this.console = console;
  }

  /**
   * Runs it to its end.
   *
   * @param document filled with that of the verb
   * @param verb what the program is to do
   * @param options of the verb, behind its spec
   * @return its exit status
   */
  int run(
      ObjectNode document,
      String verb,
      SpecArgument argument,
      PlannerArguments planner,
      List<String> options) {
    UnresolvedSpec spec = argument.parseUnresolved(session);
    DeploymentFile file = planner.deployment(session);
    if (!session.operations().isSeen(spec.plans())) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot see the folder of plans from here: " + spec.plans() + " is a path of the pods",
          "Mount the volume at the same path here, or let plans be on an object store, such as"
              + " --set plans=s3://bucket/plans.");
    }
    String id = UUID.randomUUID().toString().substring(0, 8);
    String folder = Handover.folder(spec.plans(), id);
    Handover handover = Handover.at(folder);
    try {
      handover.open();
      Launch launch = new Launch(id, verb, options, spec.text(), folder);
      LaunchedDeployment made =
          new LaunchedDeployment(
              session.operations().kubernetes(),
              file,
              launch,
              planner.parallelism(),
              console::tell);
      try (made;
          Cancellation.Registration registration = console.cancellation().onCancel(made::close)) {
        LaunchWatch watch = new LaunchWatch(console, made, handover);
        watch.show("make FlinkDeployment " + made);
        made.make();
        Outcome outcome = watch.await();
        document.setAll(outcome.document());
        made.done();
        return outcome.status();
      }
    } finally {
      console.endProgress();
      handover.remove();
    }
  }
}
