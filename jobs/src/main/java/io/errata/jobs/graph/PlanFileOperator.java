package io.errata.jobs.graph;

import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionFileWriter;
import io.errata.state.plan.EffectFileWriter;
import io.errata.state.plan.PlanFile;
import io.errata.state.plan.PlanStorage;
import io.errata.state.plan.QuarantineFileWriter;
import io.errata.state.table.TableDescription;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes outcomes to the plan's files below the staging folder, and reports the files that it
 * finished. Each attempt writes files of its own; those of an attempt that failed are never
 * reported, and go with the staging folder.
 */
final class PlanFileOperator extends AbstractStreamOperator<Summary>
    implements OneInputStreamOperator<Outcome, Summary>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private final String staging;
  private final String stage;
  private final TableDescription table;

  private transient PlanStorage storage;
  private transient String part;
  private transient @Nullable CorrectionFileWriter corrections;
  private transient @Nullable QuarantineFileWriter quarantine;
  private transient @Nullable EffectFileWriter effects;

  /**
   * @param staging the staging folder's URI
   * @param stage a prefix of the files' names, distinct within the job
   */
  PlanFileOperator(String staging, String stage, TableDescription table) {
    this.staging = staging;
    this.stage = stage;
    this.table = table;
  }

  @Override
  public void open() throws Exception {
    super.open();
    storage = FlinkPlanStorage.at(staging);
    part =
        stage
            + "-"
            + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask()
            + "-"
            + getRuntimeContext().getTaskInfo().getAttemptNumber()
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

  @Override
  public void endInput() {
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
  }

  private void report(
      Summary.Written.Kind kind, PlanFile file, CorrectionCounts counts, SetDigest digest) {
    output.collect(new StreamRecord<>(new Summary.Written(kind, file, counts, digest)));
  }
}
