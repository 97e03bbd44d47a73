package io.errata.jobs.graph;

import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionFileWriter;
import io.errata.state.plan.EffectFileWriter;
import io.errata.state.plan.PlanFile;
import io.errata.state.plan.PlanStorage;
import io.errata.state.plan.QuarantineFileWriter;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes outcomes to the plan's files below the staging folder, and reports the files that it
 * finished. Each attempt writes files of its own; those of an attempt that failed are never
 * reported, and go with the staging folder.
 *
 * <p>A checkpoint finishes the files that are open: those of before are in it, and what an attempt
 * wrote behind its last checkpoint is in files that nobody reports.
 */
final class PlanFileOperator extends AbstractStreamOperator<Summary>
    implements OneInputStreamOperator<Outcome, Summary>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private final String staging;
  private final String stage;
  private final TableDescription table;
  private final JobStreams streams;

  private transient ListState<Summary> reports;
  private transient List<Summary> finished;
  private transient PlanStorage storage;
  private transient String part;
  private transient int parts;
  private transient TaskCounter inserts;
  private transient TaskCounter updates;
  private transient TaskCounter deletes;
  private transient @Nullable CorrectionFileWriter corrections;
  private transient @Nullable QuarantineFileWriter quarantine;
  private transient @Nullable EffectFileWriter effects;

  /**
   * @param staging the staging folder's URI
   * @param stage a prefix of the files' names, distinct within the job and among the jobs that
   *     write below one folder
   * @param streams for the type of the reports
   */
  PlanFileOperator(String staging, String stage, TableDescription table, JobStreams streams) {
    this.staging = staging;
    this.stage = stage;
    this.table = table;
    this.streams = streams;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    reports =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("files", streams.summarySerializer()));
    finished = new ArrayList<>();
    reports.get().forEach(finished::add);
    CorrectionCounts before = CorrectionCounts.NONE;
    for (Summary report : finished) {
      before = before.plus(((Summary.Written) report).counts());
    }
    inserts = new TaskCounter(Count.DRIFT_INSERT);
    inserts.restore(before.insert());
    updates = new TaskCounter(Count.DRIFT_UPDATE);
    updates.restore(before.update());
    deletes = new TaskCounter(Count.DRIFT_DELETE);
    deletes.restore(before.delete());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    finishFiles();
    reports.update(finished);
  }

  @Override
  public void open() throws Exception {
    super.open();
    storage = FlinkPlanStorage.at(staging);
    namePart();
    inserts.open(getRuntimeContext());
    updates.open(getRuntimeContext());
    deletes.open(getRuntimeContext());
  }

  private void namePart() {
    part =
        stage
            + "-"
            + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask()
            + "-"
            + getRuntimeContext().getTaskInfo().getAttemptNumber()
            + (parts == 0 ? "" : "-" + parts)
            + ".parquet";
  }

  @Override
  public void processElement(StreamRecord<Outcome> element) {
    Outcome outcome = element.getValue();
    if (outcome instanceof Outcome.Found found) {
      if (corrections == null) {
        corrections = CorrectionFileWriter.open(storage, "corrections/" + part, table);
      }
      corrections.write(found.correction());
      counter(found.correction()).add(1);
    } else if (outcome instanceof Outcome.Quarantined quarantined) {
      if (quarantine == null) {
        quarantine = QuarantineFileWriter.open(storage, "quarantine/" + part);
      }
      quarantine.write(quarantined.entry());
    } else if (outcome instanceof Outcome.Suppressed suppressed) {
      if (effects == null) {
        effects = EffectFileWriter.open(storage, "effects/" + part);
      }
      effects.write(suppressed.effect());
    }
  }

  private TaskCounter counter(Correction correction) {
    return correction instanceof Correction.Insert
        ? inserts
        : correction instanceof Correction.Update ? updates : deletes;
  }

  @Override
  public void endInput() {
    finishFiles();
    finished.forEach(report -> output.collect(new StreamRecord<>(report)));
  }

  private void finishFiles() {
    int before = finished.size();
    if (corrections != null) {
      CorrectionFileWriter.Part written = corrections.close();
      report(Summary.Written.Kind.CORRECTIONS, written.file(), written.counts(), written.digest());
      corrections = null;
    }
    if (quarantine != null) {
      report(
          Summary.Written.Kind.QUARANTINE,
          quarantine.close(),
          CorrectionCounts.NONE,
          SetDigest.EMPTY);
      quarantine = null;
    }
    if (effects != null) {
      report(Summary.Written.Kind.EFFECTS, effects.close(), CorrectionCounts.NONE, SetDigest.EMPTY);
      effects = null;
    }
    if (finished.size() > before) {
      parts++;
      namePart();
    }
  }

  private void report(
      Summary.Written.Kind kind, PlanFile file, CorrectionCounts counts, SetDigest digest) {
    finished.add(new Summary.Written(kind, file, counts, digest));
  }
}
