package io.errata.jobs.graph;

import io.errata.api.RowSchema;
import io.errata.state.plan.Correction;
import io.errata.state.plan.EffectEntry;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Outcomes as bytes. */
final class OutcomeCodec implements Codec<Outcome> {
  private static final long serialVersionUID = 1;
  private static final byte INSERT = 0;
  private static final byte UPDATE = 1;
  private static final byte DELETE = 2;
  private static final byte QUARANTINED = 3;
  private static final byte SUPPRESSED = 4;

  private final RowSchema values;
  private final QuarantineCodec quarantine = new QuarantineCodec();

  OutcomeCodec(TableDescription table) {
    this.values = table.values();
  }

  @Override
  public void write(Outcome outcome, DataOutputView out) throws IOException {
    if (outcome instanceof Outcome.Found found) {
      write(found.correction(), out);
    } else if (outcome instanceof Outcome.Quarantined quarantined) {
      out.writeByte(QUARANTINED);
      quarantine.write(quarantined.entry(), out);
    } else if (outcome instanceof Outcome.Suppressed suppressed) {
      EffectEntry effect = suppressed.effect();
      out.writeByte(SUPPRESSED);
      Texts.write(effect.key(), out);
      Texts.write(effect.eventId(), out);
      Texts.write(effect.worker(), out);
      Texts.write(effect.kind(), out);
      Texts.write(effect.target(), out);
      Texts.write(effect.detail(), out);
    }
  }

  private static void write(Correction correction, DataOutputView out) throws IOException {
    if (correction instanceof Correction.Insert insert) {
      out.writeByte(INSERT);
      RowCodec.write(insert.after(), out);
    } else if (correction instanceof Correction.Update update) {
      out.writeByte(UPDATE);
      RowCodec.write(update.after(), out);
      RowCodec.write(update.before(), out);
    } else if (correction instanceof Correction.Delete delete) {
      out.writeByte(DELETE);
      RowCodec.write(delete.before(), out);
    }
  }

  @Override
  public Outcome read(DataInputView in) throws IOException {
    byte tag = in.readByte();
    return switch (tag) {
      case INSERT -> new Outcome.Found(new Correction.Insert(RowCodec.read(values, in)));
      case UPDATE ->
          new Outcome.Found(
              new Correction.Update(RowCodec.read(values, in), RowCodec.readLive(values, in)));
      case DELETE -> new Outcome.Found(new Correction.Delete(RowCodec.readLive(values, in)));
      case QUARANTINED -> new Outcome.Quarantined(quarantine.read(in));
      case SUPPRESSED ->
          new Outcome.Suppressed(
              new EffectEntry(
                  Texts.read(in),
                  Texts.read(in),
                  Texts.read(in),
                  Texts.read(in),
                  Texts.read(in),
                  Texts.read(in)));
      default -> throw new IOException("Cannot read an outcome: tag " + tag);
    };
  }
}
