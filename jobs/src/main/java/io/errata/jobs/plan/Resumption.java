package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.ResolvedWindow;
import io.errata.jobs.graph.PlanJob;
import io.errata.jobs.plan.RunFolder.Checkpoint;
import io.errata.jobs.plan.RunRecord.Rows;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.Spec.BaseSpec;
import io.errata.state.digest.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a run goes on, and whether it may: with the code, the table and the source it began with.
 */
final class Resumption {
  private final Optional<RunRecord> record;
  private final Optional<Checkpoint> checkpoint;
  private final boolean hasAllRows;
  private final Preparation prepared;

  /**
   * @param run that is resumed; empty for one that begins
   * @param prepared what its spec comes to now
   * @param base what running rows start from
   * @param isRunning whether its job goes on by itself
   * @throws ErrataException INVALID_WORKER, INVALID_TABLE or INVALID_SPEC where that is no longer
   *     what it was
   */
  Resumption(
      Optional<RunFolder> run, Preparation prepared, Optional<BaseSpec> base, boolean isRunning) {
    this.record = run.map(RunFolder::record);
    this.checkpoint = run.filter(r -> !r.hasSummary()).flatMap(RunFolder::lastCheckpoint);
    boolean summed = run.filter(RunFolder::hasSummary).isPresent();
    this.hasAllRows =
        checkpoint
            .filter(
                c -> c.hasEnded(PlanJob.rowReaders(record.orElseThrow().rows().reading(), base)))
            .isPresent();
    this.prepared =
        record.isEmpty()
            ? prepared
            : checked(prepared, record.get(), hasAllRows || summed || isRunning);
  }

  private static Preparation checked(Preparation now, RunRecord began, boolean rowsAreRead) {
    if (!began.version().equals(Planner.version())
        || !began.worker().equals(now.chosen().identity())
        || !began.code().equals(code(now))) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot resume run "
              + began.id()
              + ": it began with other code ("
              + began.worker()
              + " of release "
              + began.version()
              + "; this is "
              + now.chosen().identity()
              + " of release "
              + Planner.version()
              + (began.worker().equals(now.chosen().identity())
                      && began.version().equals(Planner.version())
                  ? ", whose classes differ"
                  : "")
              + ")",
          "Resume it with the code that it began with, or drop it with errata resume "
              + began.id()
              + " --drop and plan again.");
    }
    if (!began.schema().equals(schema(now))) {
      throw new ErrataException(
          ErrorCode.INVALID_TABLE,
          "Cannot resume run "
              + began.id()
              + ": the columns of "
              + now.table().name()
              + " or the types of the events' fields are others than when it began",
          "Plan again; errata resume " + began.id() + " --drop removes what it has kept.");
    }
    if (began.window().equals(now.window())) {
      return now;
    }
    if (rowsAreRead) {
      // The rows in the checkpoint are complete to where the window ended then.
      return now.over(began.window());
    }
    throw new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot resume run "
            + began.id()
            + ": its window would be "
            + now.window()
            + " now (it began with "
            + began.window()
            + ")",
        "The live rows were not all read before it was interrupted, and are complete to another time"
            + " now. Plan again; errata resume "
            + began.id()
            + " --drop removes what it has kept.");
  }

  /** What the spec comes to, over the window that the run began with. */
  Preparation prepared() {
    return prepared;
  }

  /** How many starts there were before this one. */
  int start() {
    return record.map(r -> r.start() + 1).orElse(0);
  }

  /** The checkpoint to go on from. */
  Optional<String> from() {
    return checkpoint.map(Checkpoint::uri);
  }

  /** Whether the checkpoint holds all live and base rows, of one snapshot. */
  boolean hasAllRows() {
    return hasAllRows;
  }

  /**
   * @throws ErrataException INVALID_SOURCE where the window is no longer what it was, naming the
   *     first input that differs
   */
  void refuseOtherInputs(ResolvedWindow window) {
    if (record.isEmpty()) {
      return;
    }
    List<String> before = record.get().inputs();
    List<String> now = inputs(window);
    for (int i = 0; i < Math.max(before.size(), now.size()); i++) {
      String was = i < before.size() ? before.get(i) : "nothing";
      String is = i < now.size() ? now.get(i) : "nothing";
      if (!was.equals(is)) {
        throw new ErrataException(
            ErrorCode.INVALID_SOURCE,
            "Cannot resume run "
                + record.get().id()
                + ": the source changed since it began (it had "
                + was
                + "; now it has "
                + is
                + ")",
            "Bring the source back as it was, or plan again; errata resume "
                + record.get().id()
                + " --drop removes what it has kept.");
      }
    }
  }

  /** What a run has to keep of its beginning. */
  static RunRecord record(
      String id,
      Spec spec,
      Preparation prepared,
      ResolvedWindow window,
      PlannerOptions options,
      Retry retry,
      Instant startedAt) {
    FlinkPlanStorage checkpoints =
        FlinkPlanStorage.at(
            spec.execution().checkpoints().orElse(spec.plans() + "/" + RunFolder.PREFIX + id));
    return new RunRecord(
        id,
        spec.name(),
        spec.text(),
        checkpoints.uriBelow(spec.execution().checkpoints().isPresent() ? id : "checkpoints"),
        options.parallelism(),
        Planner.version(),
        prepared.chosen().identity(),
        code(prepared),
        schema(prepared),
        prepared.window(),
        inputs(window),
        retry.place(),
        startedAt,
        -1,
        new Rows(0, "", startedAt),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static String code(Preparation prepared) {
    return Digest.ofText(
            prepared.chosen().identity()
                + "\n"
                + prepared.chosen().declaration()
                + "\n"
                + prepared.chosen().code())
        .hex();
  }

  private static String schema(Preparation prepared) {
    return Digest.ofText(prepared.table().fingerprint().hex() + "\n" + prepared.events()).hex();
  }

  private static List<String> inputs(ResolvedWindow window) {
    List<String> lines = new ArrayList<>();
    for (InputPart part : window.inputs()) {
      lines.add(
          part.name()
              + ", from "
              + part.first()
              + ", "
              + (part.rows() < 0 ? "rows not counted" : part.rows() + " rows")
              + (part.bytes() < 0 ? "" : ", " + part.bytes() + " bytes")
              + (part.generation().isEmpty() ? "" : ", " + part.generation()));
    }
    for (Gap gap : window.gaps()) {
      lines.add("a gap in " + gap.input() + ": " + gap.reason());
    }
    return lines;
  }

  /**
   * @throws ErrataException INVALID_PLAN where the run has made its plan
   */
  static void refuseEnded(RunFolder run, FlinkPlanStorage plans) {
    run.record()
        .plan()
        .ifPresent(
            plan -> {
              throw new ErrataException(
                  ErrorCode.INVALID_PLAN,
                  "Cannot resume run "
                      + run.record().id()
                      + ": it has ended, with plan "
                      + plan
                      + " ("
                      + plans.location()
                      + ")",
                  "errata show " + plan + " shows what it found.");
            });
  }

  /**
   * @throws ErrataException INVALID_PLAN where a process works on it, or may do so
   */
  static void refuseAlive(RunFolder run, String verb) {
    run.holder()
        .ifPresent(
            state -> {
              throw new ErrataException(
                  ErrorCode.INVALID_PLAN,
                  "Cannot "
                      + verb
                      + " run "
                      + run.record().id()
                      + (state == ProcessIdentity.State.ALIVE
                          ? ": it is still alive, in another process of this machine"
                          : ": it may still be alive, on another machine or in another container"),
                  state == ProcessIdentity.State.ALIVE
                      ? "Wait for it, or stop that process first."
                      : "Stop it there first. An hour after it was last heard of, it is taken for gone.");
            });
  }
}
