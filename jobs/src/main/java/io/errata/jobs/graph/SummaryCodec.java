package io.errata.jobs.graph;

import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.event.ValueCodec;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.PlanFile;
import java.io.IOException;
import java.math.BigInteger;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Summaries as bytes, on edges and in the file that the job leaves for its client. */
final class SummaryCodec implements Codec<Summary> {
  private static final long serialVersionUID = 1;
  private static final byte COUNTED = 0;
  private static final byte RECEIVED = 1;
  private static final byte WRITTEN = 2;

  @Override
  public void write(Summary summary, DataOutputView out) throws IOException {
    if (summary instanceof Summary.Counted counted) {
      Tally tally = counted.tally();
      out.writeByte(COUNTED);
      out.writeLong(tally.duplicates());
      out.writeLong(tally.conflicting());
      out.writeLong(tally.used());
      out.writeLong(tally.recomputed());
      out.writeLong(tally.live());
      out.writeLong(tally.equal());
      out.writeLong(tally.quarantined());
    } else if (summary instanceof Summary.Received received) {
      SplitReceipt receipt = received.receipt();
      out.writeByte(RECEIVED);
      ValueCodec.writeReceipt(receipt, out);
    } else if (summary instanceof Summary.Written written) {
      out.writeByte(WRITTEN);
      out.writeByte(written.kind().ordinal());
      Texts.write(written.file().path(), out);
      out.writeLong(written.file().rows());
      out.writeLong(written.file().bytes());
      Texts.write(written.file().sha256(), out);
      out.writeLong(written.counts().insert());
      out.writeLong(written.counts().update());
      out.writeLong(written.counts().delete());
      Texts.write(written.digest().sum().toString(16), out);
      out.writeLong(written.digest().count());
    }
  }

  @Override
  public Summary read(DataInputView in) throws IOException {
    byte tag = in.readByte();
    return switch (tag) {
      case COUNTED ->
          new Summary.Counted(
              new Tally(
                  in.readLong(),
                  in.readLong(),
                  in.readLong(),
                  in.readLong(),
                  in.readLong(),
                  in.readLong(),
                  in.readLong()));
      case RECEIVED -> new Summary.Received(ValueCodec.readReceipt(in));
      case WRITTEN ->
          new Summary.Written(
              Summary.Written.Kind.values()[in.readByte()],
              new PlanFile(Texts.read(in), in.readLong(), in.readLong(), Texts.read(in)),
              new CorrectionCounts(in.readLong(), in.readLong(), in.readLong()),
              new SetDigest(new BigInteger(Texts.read(in), 16), in.readLong()));
      default -> throw new IOException("Cannot read a summary: tag " + tag);
    };
  }
}
